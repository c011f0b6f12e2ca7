/** What a path can mean once all files are known: functions, classes, and state that functions share. */
import { type ClassSummary, FunctionFlag, type FunctionSummary } from "../summaries/index.js";
import type { FileView } from "./file-view.js";

/** One place where a variable is touched. */
export interface Access {
  readonly function: FunctionInfo;
  /** Event. */
  readonly row: number;
}

export interface CallSite {
  readonly caller: FunctionInfo;
  /** Event of the call. */
  readonly row: number;
}

export class FunctionInfo {
  /** Calls of it inside the project. */
  readonly callers: CallSite[] = [];
  readonly callees: FunctionInfo[] = [];
  /** Handed to somebody who calls it later. */
  isCallback = false;
  /** Locks that every caller holds; undefined until known. */
  callerLocks: readonly Variable[] | undefined;
  /** Runs only while the object around it is being made, or at import. */
  isConstruction = false;
  /** Entries of threads that reach it. */
  readonly threads = new Set<ThreadEntry>();

  constructor(
    readonly file: FileView,
    readonly index: number,
    readonly summary: FunctionSummary,
    /** The class that it is a method of. */
    readonly owner: ClassInfo | undefined,
    readonly qualifiedName: string,
  ) {}

  get name(): string {
    return this.file.text(this.summary.name);
  }

  is(flag: FunctionFlag): boolean {
    return (this.summary.flags & flag) !== 0;
  }

  get isModule(): boolean {
    return this.index === 0;
  }

  get isAsync(): boolean {
    return this.is(FunctionFlag.Async);
  }

  get firstRow(): number {
    return this.summary.firstEvent;
  }

  get lastRow(): number {
    return this.summary.lastEvent;
  }

  /** By its first line, where nothing is shared yet. */
  get isConstructor(): boolean {
    return this.owner !== undefined && CONSTRUCTORS.has(this.name);
  }
}

const CONSTRUCTORS = new Set([
  "__init__",
  "__post_init__",
  "__attrs_post_init__",
  "__setstate__",
  "__init_subclass__",
]);

export class ClassInfo {
  /** Classes of the project that it inherits from directly. */
  bases: readonly ClassInfo[] = [];
  /** Dotted names of its other bases. */
  externalBases: readonly string[] = [];
  readonly subclasses: ClassInfo[] = [];
  readonly methods = new Map<string, FunctionInfo>();
  /** Attributes by name; those of bases are found through `family`. */
  readonly attributes = new Map<string, Variable>();
  /** Itself and its bases in the project, nearest first. */
  ancestors: readonly ClassInfo[] = [];
  /** Where `Cls()` is called. */
  readonly constructions: CallSite[] = [];

  constructor(
    readonly file: FileView,
    readonly index: number,
    readonly summary: ClassSummary,
    readonly qualifiedName: string,
  ) {}

  get name(): string {
    return this.file.text(this.summary.name);
  }

  findMethod(name: string): FunctionInfo | undefined {
    for (const ancestor of this.ancestors) {
      const method = ancestor.methods.get(name);
      if (method !== undefined) return method;
    }
    return undefined;
  }

  /** Dotted names of all bases outside the project. */
  *allExternalBases(): Generator<string> {
    for (const ancestor of this.ancestors) yield* ancestor.externalBases;
  }
}

export type VariableKind = "global" | "attribute" | "foreign" | "cell" | "parameter";

export class Variable {
  readonly accesses: Access[] = [];
  /** Dotted callees and literal kinds of the values written to it. */
  readonly types = new Set<string>();
  /** Assigned through an instance, in the body of a class, through the class in a function. */
  isOnInstance = false;
  isInClassBody = false;
  isRebound = false;
  /** Another name of this lock: `Condition(lock)`. */
  alias: Variable | undefined;

  /** The last name: `_cache` of `self._cache`. */
  readonly name: string;

  constructor(
    readonly kind: VariableKind,
    /** As a reader of the code writes it: `self._cache`, `_cache`, `sys.modules`. */
    readonly text: string,
    readonly owner: ClassInfo | undefined,
    readonly file: FileView | undefined,
    /** The variable that it is an attribute or element of. */
    readonly container: Variable | undefined,
  ) {
    const plain = text.replaceAll("[]", "");
    this.name = plain.slice(plain.lastIndexOf(".") + 1);
  }

  /** State of the class itself, shared by its instances. */
  get isClassLevel(): boolean {
    return (
      this.isRebound || (this.isInClassBody && !this.isOnInstance) || this.container?.isClassLevel === true
    );
  }

  /** The variable itself, past all aliases. */
  get resolved(): Variable {
    let at: Variable = this;
    for (let step = 0; at.alias !== undefined && step < 8; step++) at = at.alias;
    return at;
  }
}

/** A place where a thread begins to run project code. */
export interface ThreadEntry {
  /** In words: "a threading.Thread target". */
  readonly description: string;
  readonly function: FunctionInfo;
  /** Where it is started, if that is visible. */
  readonly start: CallSite | undefined;
  /** Several threads run it at the same time. */
  readonly isPooled: boolean;
}

export type Entity =
  | { readonly kind: "none" }
  | { readonly kind: "module"; readonly file: FileView }
  | { readonly kind: "foreign"; readonly dotted: string }
  | { readonly kind: "class"; readonly class: ClassInfo }
  | { readonly kind: "instance"; readonly class: ClassInfo }
  | { readonly kind: "super"; readonly class: ClassInfo }
  | { readonly kind: "function"; readonly function: FunctionInfo }
  | { readonly kind: "variable"; readonly variable: Variable };

export const NO_ENTITY: Entity = { kind: "none" };
