/** How much speaks for two threads meeting at a variable: the tier of a finding, and the reason in words. */
import type { Tier } from "../report.js";
import { EventFlag, Op } from "../summaries/index.js";
import type { Access, ClassInfo, FunctionInfo, ThreadEntry, Variable } from "./entities.js";
import type { FileView } from "./file-view.js";
import type { Locks } from "./locks.js";
import type { Project } from "./project.js";

export interface Evidence {
  readonly tier: Tier;
  readonly why: string;
  /** Where the thread is started, for T3. */
  readonly entry: ThreadEntry | undefined;
}

/** Ops that change what a variable holds or the container in it. */
const WRITES = new Set([Op.Write, Op.Delete, Op.Update, Op.ItemWrite, Op.ItemDelete, Op.ItemUpdate]);

/** Entries that bring no thread with them. */
const INTERRUPTS = /^(?:a signal handler|a done callback)/;

/** Methods of containers that change them. */
export const MUTATING_METHODS = new Set([
  "append",
  "appendleft",
  "extend",
  "extendleft",
  "insert",
  "pop",
  "popleft",
  "popitem",
  "remove",
  "discard",
  "add",
  "clear",
  "update",
  "setdefault",
  "sort",
  "reverse",
  "rotate",
  "move_to_end",
  "subtract",
  "difference_update",
  "intersection_update",
  "symmetric_difference_update",
  "put",
  "put_nowait",
]);

export class EvidenceFinder {
  private readonly owners = new Map<ClassInfo, string | undefined>();
  private readonly modules = new Map<FileView, string | undefined>();
  private readonly globalInstances = new Map<ClassInfo, Variable>();

  constructor(
    private readonly project: Project,
    private readonly locks: Locks,
  ) {
    for (const [variable, made] of project.resolver.instanceClasses) {
      if (variable.kind === "global" && !this.globalInstances.has(made))
        this.globalInstances.set(made, variable);
    }
  }

  /** True for an access that runs once, before anybody else can see the variable. */
  isBeforeSharing(access: Access): boolean {
    const { function: info, row } = access;
    return (
      info.isModule || info.isConstructor || info.isConstruction || info.file.has(row, EventFlag.ImportTime)
    );
  }

  isWrite(access: Access): boolean {
    const { file } = access.function;
    const op = file.op(access.row);
    return WRITES.has(op) || (op === Op.Method && MUTATING_METHODS.has(file.nameOf(access.row)));
  }

  /** Evidence for a variable that `info` uses. */
  of(variable: Variable, info: FunctionInfo): Evidence {
    return (
      this.visibleThread(variable) ??
      this.declaredSharing(variable, info) ??
      this.sharedByPlace(variable) ?? {
        tier: "T0",
        why: `${variable.text} is an attribute of an instance; nothing in the analysed files shows that threads share one`,
        entry: undefined,
      }
    );
  }

  /** What speaks for several threads running a function, whatever it works on. */
  ofFunction(info: FunctionInfo): Evidence {
    const declared =
      (info.owner === undefined ? undefined : this.classDeclares(info.owner, info)) ??
      this.moduleLock(info.file);
    if (declared !== undefined) return { tier: "T2", why: declared, entry: undefined };
    const started = this.project.entries.find(
      (entry) => entry.start?.caller.file === info.file && !INTERRUPTS.test(entry.description),
    );
    if (started !== undefined) {
      const why = `the module starts threads: ${started.function.qualifiedName} is ${started.description}`;
      return { tier: "T1", why, entry: undefined };
    }
    return { tier: "T0", why: "nothing in the analysed files shows threads here", entry: undefined };
  }

  private visibleThread(variable: Variable): Evidence | undefined {
    let root = variable;
    while (root.container !== undefined && root.container.accesses.length > 0) root = root.container;
    return (
      this.threadsMeet(variable.accesses, variable) ??
      (root === variable ? undefined : this.threadsMeet(root.accesses, variable))
    );
  }

  /** A thread reaches one access, and something else, or the same in a second thread, reaches another. */
  private threadsMeet(accesses: readonly Access[], variable: Variable): Evidence | undefined {
    let entry: ThreadEntry | undefined;
    let outside: FunctionInfo | undefined;
    let pooled: ThreadEntry | undefined;
    let writes = false;
    for (const access of accesses) {
      if (this.isBeforeSharing(access)) continue;
      writes ||= this.isWrite(access);
      const { threads } = access.function;
      if (threads.size === 0) outside ??= access.function;
      for (const each of threads) {
        if (each.isPooled && !this.isPerThread(each, variable)) pooled ??= each;
        if (entry === undefined) entry = each;
        else if (entry !== each) outside ??= access.function;
      }
    }
    const met = pooled ?? (outside === undefined ? undefined : entry);
    if (met === undefined || !writes) return undefined;
    const other =
      met === pooled
        ? "in several threads at once"
        : `and ${outside!.qualifiedName} uses it outside that thread`;
    return { tier: "T3", why: `${met.function.qualifiedName} is ${met.description}, ${other}`, entry: met };
  }

  /** State of a request handler belongs to one request. */
  private isPerThread(entry: ThreadEntry, variable: Variable): boolean {
    if (entry.start !== undefined) return false;
    return (
      variable.kind === "attribute" && !variable.isClassLevel && entry.description === "a request handler"
    );
  }

  private declaredSharing(variable: Variable, info: FunctionInfo): Evidence | undefined {
    const why =
      variable.owner !== undefined
        ? this.classDeclares(variable.owner, info)
        : this.moduleDeclares(variable, info);
    return why === undefined ? undefined : { tier: "T2", why, entry: undefined };
  }

  private classDeclares(owner: ClassInfo, info: FunctionInfo): string | undefined {
    for (const each of [owner, ...(info.owner === undefined ? [] : [info.owner])]) {
      if (!this.owners.has(each)) this.owners.set(each, this.findOwnLock(each));
      const found = this.owners.get(each);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private findOwnLock(owner: ClassInfo): string | undefined {
    for (const ancestor of owner.ancestors) {
      for (const attribute of ancestor.attributes.values()) {
        if (this.locks.isKnownLock(attribute) && !this.locks.isAsyncLock(attribute)) {
          return `${owner.name} has a lock (${attribute.text}), so its instances are meant to be shared by threads`;
        }
      }
      if (ancestor.summary.mentionsThreads) return `the documentation of ${ancestor.name} speaks of threads`;
    }
    return undefined;
  }

  private moduleDeclares(variable: Variable, info: FunctionInfo): string | undefined {
    const declared = this.moduleLock(variable.file ?? info.file);
    return variable.kind === "global" || variable.kind === "foreign" ? declared : undefined;
  }

  private moduleLock(file: FileView): string | undefined {
    if (!this.modules.has(file)) this.modules.set(file, this.findModuleLock(file));
    return this.modules.get(file);
  }

  private findModuleLock(file: FileView): string | undefined {
    for (const variable of this.project.globalsOf(file)) {
      if (this.locks.isKnownLock(variable) && !this.locks.isAsyncLock(variable)) {
        return `the module has a lock (${variable.text}), so its state is meant to be shared by threads`;
      }
    }
    return file.summary.mentionsThreads ? "the documentation of the module speaks of threads" : undefined;
  }

  private sharedByPlace(variable: Variable): Evidence | undefined {
    const t1 = (why: string): Evidence => ({ tier: "T1", why, entry: undefined });
    if (variable.kind === "global")
      return t1(`${variable.text} is state of the module: every thread that calls in shares it`);
    if (variable.kind === "foreign")
      return t1(`${variable.text} is state of another module: every thread shares it`);
    if (variable.isClassLevel)
      return t1(`${variable.text} is state of the class: all its instances and threads share it`);
    const holder = variable.owner === undefined ? undefined : this.holderOf(variable.owner);
    if (holder !== undefined) {
      return t1(
        `the module keeps an instance of ${variable.owner!.name} in ${holder.text}, which every thread shares`,
      );
    }
    return undefined;
  }

  private holderOf(owner: ClassInfo): Variable | undefined {
    const own = this.globalInstances.get(owner);
    if (own !== undefined) return own;
    for (const subclass of owner.subclasses) {
      const holder = this.globalInstances.get(subclass);
      if (holder !== undefined) return holder;
    }
    return undefined;
  }
}
