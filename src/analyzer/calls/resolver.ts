/** Paths of a file to what they mean in the project. */
import { FunctionFlag, RootKind } from "../summaries/index.js";
import {
  type ClassInfo,
  type Entity,
  type FunctionInfo,
  NO_ENTITY,
  Variable,
  type VariableKind,
} from "./entities.js";
import type { FileView } from "./file-view.js";
import type { ModuleIndex } from "./modules.js";

/** What a module holds by name. */
export interface ModuleContents {
  readonly functions: readonly FunctionInfo[];
  readonly classes: readonly ClassInfo[];
  readonly topFunctions: ReadonlyMap<string, FunctionInfo>;
  readonly topClasses: ReadonlyMap<string, ClassInfo>;
  readonly globals: Map<string, Variable>;
  /** Import that binds a module-level name, dotted. */
  readonly imports: ReadonlyMap<string, string>;
}

/** An import may lead to an import; longer chains are circles. */
const MAX_IMPORT_STEPS = 8;

export class Resolver {
  readonly variables: Variable[] = [];
  private memo: (Entity | undefined)[][] = [];
  private readonly foreign = new Map<string, Variable>();
  private readonly parts = new Map<Variable, Map<string, Variable>>();
  private readonly locals = new Map<string, Variable>();

  constructor(
    private readonly contents: readonly ModuleContents[],
    private readonly modules: ModuleIndex,
  ) {}

  entity(file: FileView, path: number): Entity {
    if (path === 0) return NO_ENTITY;
    let memo = this.memo[file.index];
    if (memo === undefined) {
      memo = new Array(file.pathCount);
      this.memo[file.index] = memo;
    }
    let entity = memo[path];
    if (entity === undefined) {
      // Set first: a circle of imports then ends here.
      memo[path] = NO_ENTITY;
      entity = this.resolve(file, path);
      memo[path] = entity;
    }
    return entity;
  }

  variable(file: FileView, path: number): Variable | undefined {
    const entity = this.entity(file, path);
    return entity.kind === "variable" ? entity.variable : undefined;
  }

  /** The class that instances held by a variable are made from, if it is one of the project. */
  classOf(variable: Variable): ClassInfo | undefined {
    return this.instanceClasses.get(variable);
  }

  /** Filled once the values written are known. */
  readonly instanceClasses = new Map<Variable, ClassInfo>();

  private resolve(file: FileView, path: number): Entity {
    const owner = file.pathOwner(path);
    const name = file.pathName(path);
    const contents = this.contents[file.index]!;
    switch (file.pathKind(path)) {
      case RootKind.Self:
        return { kind: "instance", class: contents.classes[owner]! };
      case RootKind.Class:
        return { kind: "class", class: contents.classes[owner]! };
      case RootKind.Function:
        return { kind: "function", function: contents.functions[owner]! };
      case RootKind.Global:
        return this.globalEntity(file, name, 0);
      case RootKind.Import:
        return this.imported(file, name, 0);
      case RootKind.Builtin:
        return { kind: "foreign", dotted: name };
      case RootKind.Cell:
      case RootKind.Parameter:
        return this.local(file, owner, name, file.pathKind(path) === RootKind.Cell ? "cell" : "parameter");
      case RootKind.Local: {
        const nested = contents.functions.find((each) => each.summary.parent === owner && each.name === name);
        return nested === undefined
          ? this.local(file, owner, name, "cell")
          : { kind: "function", function: nested };
      }
      case RootKind.Element: {
        const container = this.entity(file, owner);
        if (container.kind !== "variable") return NO_ENTITY;
        return { kind: "variable", variable: this.part(container.variable, "[]") };
      }
      case RootKind.Attribute:
        return this.attribute(this.entity(file, owner), name, file);
      default:
        return NO_ENTITY;
    }
  }

  private local(file: FileView, owner: number, name: string, kind: VariableKind): Entity {
    const key = `${file.index}:${owner}:${name}`;
    let variable = this.locals.get(key);
    if (variable === undefined) {
      variable = this.add(new Variable(kind, name, undefined, file, undefined));
      this.locals.set(key, variable);
    }
    return { kind: "variable", variable };
  }

  private add(variable: Variable): Variable {
    this.variables.push(variable);
    return variable;
  }

  globalEntity(file: FileView, name: string, steps: number): Entity {
    const contents = this.contents[file.index]!;
    const found = contents.topClasses.get(name);
    if (found !== undefined) return { kind: "class", class: found };
    const called = contents.topFunctions.get(name);
    if (called !== undefined) return { kind: "function", function: called };
    const dotted = contents.imports.get(name);
    if (dotted !== undefined && !contents.globals.has(name)) return this.imported(file, dotted, steps + 1);
    let variable = contents.globals.get(name);
    if (variable === undefined) {
      variable = this.add(new Variable("global", name, undefined, file, undefined));
      contents.globals.set(name, variable);
    }
    return { kind: "variable", variable };
  }

  private imported(file: FileView, dotted: string, steps: number): Entity {
    if (steps > MAX_IMPORT_STEPS) return NO_ENTITY;
    const found = this.modules.find(dotted, file);
    if (found === undefined) return { kind: "foreign", dotted: dotted.replace(/^\.+/, "") };
    let entity: Entity = { kind: "module", file: found.file };
    for (const part of found.rest) {
      entity =
        entity.kind === "module"
          ? this.globalEntity(entity.file, part, steps + 1)
          : this.attribute(entity, part, file);
    }
    return entity;
  }

  private attribute(owner: Entity, name: string, file: FileView): Entity {
    switch (owner.kind) {
      case "module":
        return this.globalEntity(owner.file, name, 0);
      case "foreign":
        return { kind: "foreign", dotted: `${owner.dotted}.${name}` };
      case "instance":
      case "class": {
        if (name === "") return { kind: "super", class: owner.class };
        const method = owner.class.findMethod(name);
        if (method !== undefined && !method.is(FunctionFlag.Property))
          return { kind: "function", function: method };
        return { kind: "variable", variable: this.classAttribute(owner.class, name, owner.kind === "class") };
      }
      case "super": {
        for (const base of owner.class.ancestors.slice(1)) {
          const method = base.methods.get(name);
          if (method !== undefined) return { kind: "function", function: method };
        }
        return NO_ENTITY;
      }
      case "variable": {
        const made = this.instanceClasses.get(owner.variable);
        if (made !== undefined) return this.attribute({ kind: "instance", class: made }, name, file);
        return { kind: "variable", variable: this.part(owner.variable, name) };
      }
      default:
        return NO_ENTITY;
    }
  }

  /** Attributes of instances are found once it is known what variables hold: paths are then resolved again. */
  forget(): void {
    this.memo = [];
  }

  knownForeign(dotted: string): Variable | undefined {
    return this.foreign.get(dotted);
  }

  /** State that a foreign module or class holds, such as `sys.modules`. */
  foreignVariable(dotted: string): Variable {
    let variable = this.foreign.get(dotted);
    if (variable === undefined) {
      variable = this.add(new Variable("foreign", dotted, undefined, undefined, undefined));
      this.foreign.set(dotted, variable);
    }
    return variable;
  }

  /** An attribute belongs to the topmost class of the project that knows it, so that subclasses share it. */
  classAttribute(owner: ClassInfo, name: string, onClass: boolean): Variable {
    for (const ancestor of owner.ancestors) {
      const known = ancestor.attributes.get(name);
      if (known !== undefined) {
        if (ancestor !== owner) owner.attributes.set(name, known);
        return known;
      }
    }
    const top = owner.ancestors.findLast((ancestor) => this.declares(ancestor, name)) ?? owner;
    const known = top.attributes.get(name);
    if (known !== undefined) {
      owner.attributes.set(name, known);
      return known;
    }
    const text = onClass && top === owner ? `${owner.name}.${name}` : `self.${name}`;
    const variable = this.add(new Variable("attribute", text, top, top.file, undefined));
    top.attributes.set(name, variable);
    owner.attributes.set(name, variable);
    return variable;
  }

  /** True if a path of the class's file names this attribute on it. */
  private declares(owner: ClassInfo, name: string): boolean {
    return this.declaredNames(owner).has(name);
  }

  private readonly declared = new Map<ClassInfo, Set<string>>();

  private declaredNames(owner: ClassInfo): Set<string> {
    let names = this.declared.get(owner);
    if (names === undefined) {
      names = new Set();
      const { file } = owner;
      for (let path = 1; path < file.pathCount; path++) {
        if (file.pathKind(path) !== RootKind.Attribute) continue;
        const root = file.pathOwner(path);
        const kind = file.pathKind(root);
        if ((kind === RootKind.Self || kind === RootKind.Class) && file.pathOwner(root) === owner.index) {
          names.add(file.pathName(path));
        }
      }
      this.declared.set(owner, names);
    }
    return names;
  }

  private part(container: Variable, name: string): Variable {
    let parts = this.parts.get(container);
    if (parts === undefined) {
      parts = new Map();
      this.parts.set(container, parts);
    }
    let variable = parts.get(name);
    if (variable === undefined) {
      const text = name === "[]" ? `${container.text}[]` : `${container.text}.${name}`;
      variable = this.add(new Variable(container.kind, text, container.owner, container.file, container));
      parts.set(name, variable);
    }
    return variable;
  }
}
