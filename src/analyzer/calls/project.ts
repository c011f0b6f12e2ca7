/**
 * Phase 2: all summaries joined into one project. Functions, classes and variables get their identity across
 * files; every access of a variable and every call of a function is entered where rules look for it.
 */
import {
  EventFlag,
  type FileSummary,
  FunctionFlag,
  isTestPath,
  OBSERVED_METHODS,
  Op,
  RootKind,
  Value,
} from "../summaries/index.js";
import {
  type CallSite,
  ClassInfo,
  type Entity,
  FunctionInfo,
  type ThreadEntry,
  type Variable,
} from "./entities.js";
import { FileView } from "./file-view.js";
import { ModuleIndex, moduleName } from "./modules.js";
import { type ModuleContents, Resolver } from "./resolver.js";

export class Project {
  readonly files: readonly FileView[];
  readonly functions: FunctionInfo[] = [];
  readonly classes: ClassInfo[] = [];
  readonly resolver: Resolver;
  /** Where threads begin. */
  readonly entries: ThreadEntry[] = [];
  /** Calls of what other packages define, by dotted name; builtins are left out. */
  readonly foreignCalls = new Map<string, CallSite[]>();
  /** Calls of methods that rules know by their name, whatever the object. */
  readonly methodCalls = new Map<string, CallSite[]>();
  private readonly contents: ModuleContents[];

  constructor(summaries: readonly FileSummary[]) {
    this.files = summaries.map(
      (summary, index) => new FileView(summary, index, moduleName(summary.path), isTestPath(summary.path)),
    );
    this.contents = this.files.map((file) => this.readContents(file));
    this.resolver = new Resolver(this.contents, new ModuleIndex(this.files));
    this.linkClasses();
    this.readTypes();
    this.readEvents();
  }

  get variables(): readonly Variable[] {
    return this.resolver.variables;
  }

  functionsOf(file: FileView): readonly FunctionInfo[] {
    return this.contents[file.index]!.functions;
  }

  globalsOf(file: FileView): Iterable<Variable> {
    return this.contents[file.index]!.globals.values();
  }

  entity(file: FileView, row: number): Entity {
    return this.resolver.entity(file, file.pathOf(row));
  }

  variable(file: FileView, row: number): Variable | undefined {
    const entity = this.entity(file, row);
    if (entity.kind === "variable") return entity.variable;
    return entity.kind === "foreign" ? this.resolver.knownForeign(entity.dotted) : undefined;
  }

  private readContents(file: FileView): ModuleContents {
    const { summary } = file;
    const classes: ClassInfo[] = [];
    const functions: FunctionInfo[] = [];
    const topFunctions = new Map<string, FunctionInfo>();
    const topClasses = new Map<string, ClassInfo>();
    const prefix = (parent: number): string => {
      const info = functions[parent];
      return info === undefined || parent === 0 ? "" : `${info.qualifiedName}.`;
    };
    // A class is numbered before its methods are, and a function before what is inside it; classes inside
    // functions come later than the function, so the names are put together on demand.
    const className = (index: number): string => {
      const own = summary.classes[index]!;
      const name = file.text(own.name);
      return own.owner >= 0 ? `${className(own.owner)}.${name}` : name;
    };
    summary.classes.forEach((own, index) => {
      const info = new ClassInfo(file, index, own, className(index));
      classes.push(info);
      if (own.parent === 0 && own.owner < 0) topClasses.set(info.name, info);
    });
    summary.functions.forEach((own, index) => {
      const owner = own.owner < 0 ? undefined : classes[own.owner];
      const name = file.text(own.name);
      const qualified =
        owner === undefined ? `${prefix(own.parent)}${name}` : `${owner.qualifiedName}.${name}`;
      const info = new FunctionInfo(file, index, own, owner, qualified);
      functions.push(info);
      if (owner !== undefined) {
        // The getter of a property stands first; its setter has the same name.
        if (!owner.methods.has(name) || !owner.methods.get(name)!.is(FunctionFlag.Property)) {
          owner.methods.set(name, info);
        }
      } else if (own.parent === 0 && index > 0 && !info.is(FunctionFlag.Lambda)) topFunctions.set(name, info);
    });
    for (const info of functions) this.functions.push(info);
    for (const info of classes) this.classes.push(info);
    return { functions, classes, topFunctions, topClasses, globals: new Map(), imports: importsOf(file) };
  }

  private linkClasses(): void {
    for (const info of this.classes) {
      const bases: ClassInfo[] = [];
      const external: string[] = [];
      for (const path of info.summary.bases) {
        const entity = this.resolver.entity(info.file, path);
        if (entity.kind === "class" && entity.class !== info) bases.push(entity.class);
        else if (entity.kind === "foreign") external.push(entity.dotted);
      }
      info.bases = bases;
      info.externalBases = external;
      for (const base of bases) base.subclasses.push(info);
    }
    for (const info of this.classes) info.ancestors = ancestorsOf(info);
  }

  /** What is written to each variable, before accesses are read: attributes of instances depend on it. */
  private readTypes(): void {
    for (const file of this.files) {
      const count = file.eventCount;
      for (let row = 1; row < count; row++) {
        const op = file.op(row);
        if (op !== Op.Write && op !== Op.Update && op !== Op.Delete) continue;
        const variable = this.resolver.variable(file, file.pathOf(row));
        if (variable === undefined) continue;
        if (op === Op.Write) this.noteType(file, row, variable);
        this.notePlace(file, row, variable);
      }
    }
    for (const file of this.files) this.noteInstances(file);
    this.resolver.forget();
  }

  /** A class attribute is shared if it is rebound on the class, or holds a container that no instance replaces. */
  private notePlace(file: FileView, row: number, variable: Variable): void {
    const path = file.pathOf(row);
    const onClass =
      this.resolver.entity(file, file.pathOwner(path)).kind === "class" &&
      file.pathKind(path) === RootKind.Attribute;
    if (!onClass) variable.isOnInstance = true;
    else if (file.has(row, EventFlag.ClassBody)) variable.isInClassBody = true;
    else variable.isRebound = true;
  }

  private noteType(file: FileView, row: number, variable: Variable): void {
    const kind = file.detail(row) as Value;
    variable.types.add(kind === Value.Call ? file.nameOf(row) : `#${Value[kind]}`);
    if (kind === Value.Path) {
      const origin = file.origin(row);
      const from = origin === 0 ? undefined : this.resolver.variable(file, file.pathOf(origin));
      if (
        from !== undefined &&
        from !== variable &&
        variable.alias === undefined &&
        from.alias !== variable
      ) {
        this.copies.push([variable, from]);
      }
    }
  }

  private readonly copies: [Variable, Variable][] = [];

  /** `_state = State()`: the variable holds instances of a class of the project. */
  private noteInstances(file: FileView): void {
    const count = file.eventCount;
    for (let row = 1; row < count; row++) {
      if (file.op(row) !== Op.Write || file.detail(row) !== Value.Call) continue;
      const variable = this.resolver.variable(file, file.pathOf(row));
      if (variable === undefined || variable.types.size > 2) continue;
      const call = this.callBefore(file, row);
      if (call === 0) continue;
      const entity = this.entity(file, call);
      if (entity.kind === "class") this.resolver.instanceClasses.set(variable, entity.class);
    }
  }

  /** The call whose result an assignment writes: the last event before it. */
  callBefore(file: FileView, write: number): number {
    for (let row = write - 1; row > 0 && row > write - 4; row--) {
      if (file.op(row) === Op.Call) return row;
      if (file.op(row) !== Op.Write) return 0;
    }
    return 0;
  }

  private readEvents(): void {
    for (const info of this.functions) {
      const { file } = info;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        const entity = this.entity(file, row);
        if (entity.kind === "variable") this.access(info, row, entity.variable);
        else if (entity.kind === "function") this.use(info, row, entity.function);
        else if (entity.kind === "class") this.construct(info, row, entity.class);
        else if (entity.kind === "instance") this.dunder(info, row, entity.class);
        else if (entity.kind === "foreign") this.foreign(info, row, entity.dotted);
        const op = file.op(row);
        if (op === Op.Method || op === Op.Call) this.noteMethod(info, row);
      }
    }
    for (const [variable, from] of this.copies) {
      if (variable.types.size === 1 && from.types.size > 0)
        for (const type of from.types) variable.types.add(type);
    }
  }

  private noteMethod(info: FunctionInfo, row: number): void {
    const name = info.file.nameOf(row);
    if (OBSERVED_METHODS.has(name)) enter(this.methodCalls, name, { caller: info, row });
  }

  private access(info: FunctionInfo, row: number, variable: Variable): void {
    const { file } = info;
    if (variable.kind !== "parameter") variable.accesses.push({ function: info, row });
    const op = file.op(row);
    // Reading a property calls it; calling a method of an attribute may call the project.
    if (op === Op.Read || op === Op.Method || op === Op.Test || op === Op.Call) {
      const path = file.pathOf(row);
      if (file.pathKind(path) === RootKind.Attribute) {
        const owner = this.resolver.entity(file, file.pathOwner(path));
        if (owner.kind === "instance") {
          const getter = owner.class.findMethod(file.pathName(path));
          if (getter?.is(FunctionFlag.Property)) this.call(info, row, getter);
        }
      }
    }
    if (op === Op.Method) {
      const made = this.resolver.classOf(variable);
      const method = made?.findMethod(file.nameOf(row));
      if (method !== undefined) this.call(info, row, method);
    }
  }

  private use(info: FunctionInfo, row: number, called: FunctionInfo): void {
    const op = info.file.op(row);
    if (op === Op.Call) this.call(info, row, called);
    else if (op === Op.Pass || op === Op.Read || op === Op.Return || op === Op.Write)
      called.isCallback = true;
  }

  private call(caller: FunctionInfo, row: number, called: FunctionInfo): void {
    called.callers.push({ caller, row });
    caller.callees.push(called);
  }

  private construct(info: FunctionInfo, row: number, made: ClassInfo): void {
    const op = info.file.op(row);
    if (op !== Op.Call) return;
    made.constructions.push({ caller: info, row });
    for (const name of ["__new__", "__init__", "__post_init__"]) {
      const method = made.findMethod(name);
      if (method !== undefined) this.call(info, row, method);
    }
  }

  /** `self[k]`, `k in self`, `len(self)`, `with self`, `for x in self`. */
  private dunder(info: FunctionInfo, row: number, owner: ClassInfo): void {
    const { file } = info;
    const op = file.op(row);
    let name = "";
    if (op === Op.ItemRead) name = "__getitem__";
    else if (op === Op.ItemWrite) name = "__setitem__";
    else if (op === Op.ItemDelete) name = "__delitem__";
    else if (op === Op.Iterate) name = "__iter__";
    else if (op === Op.Test) name = "__contains__";
    else if (file.has(row, EventFlag.Entered)) name = "__enter__";
    else if (op === Op.Pass && file.nameOf(row) === "len") name = "__len__";
    else if (op === Op.Call) name = "__call__";
    const method = name === "" ? undefined : owner.findMethod(name);
    if (method !== undefined) this.call(info, row, method);
  }

  /** State of other packages that is used here, and the few containers that every program shares. */
  private foreign(info: FunctionInfo, row: number, dotted: string): void {
    const op = info.file.op(row);
    if (!dotted.includes(".")) return;
    if (op === Op.Call) enter(this.foreignCalls, dotted, { caller: info, row });
    if (!FOREIGN_STATE_OPS.has(op) && !(SHARED_FOREIGN.has(dotted) && op !== Op.Call)) return;
    this.resolver.foreignVariable(dotted).accesses.push({ function: info, row });
  }
}

const FOREIGN_STATE_OPS = new Set([
  Op.Write,
  Op.Update,
  Op.ItemWrite,
  Op.ItemDelete,
  Op.ItemUpdate,
  Op.ItemRead,
  Op.Delete,
  Op.Iterate,
  Op.Test,
  Op.Method,
]);

/** Containers of the interpreter that other threads change at any time. */
const SHARED_FOREIGN = new Set(["sys.modules", "os.environ", "sys.path", "sys.meta_path"]);

function enter(calls: Map<string, CallSite[]>, name: string, site: CallSite): void {
  const known = calls.get(name);
  if (known === undefined) calls.set(name, [site]);
  else known.push(site);
}

function ancestorsOf(info: ClassInfo): ClassInfo[] {
  const found: ClassInfo[] = [];
  const pending = [info];
  while (pending.length > 0) {
    const next = pending.shift()!;
    if (found.includes(next)) continue;
    found.push(next);
    pending.push(...next.bases);
  }
  return found;
}

/** Module-level names that imports bind: what another module may import from here. */
function importsOf(file: FileView): Map<string, string> {
  const imports = new Map<string, string>();
  for (const [name, dotted] of file.summary.imports) imports.set(name, dotted);
  return imports;
}
