/**
 * What one file says about shared state: plain data and typed arrays, so that it moves between threads and to a
 * cache as it is (structured clone, `v8.serialize`). Rules and the call graph read summaries, never trees.
 *
 * Tables are rows of integers in one array; column enums below name the columns. Texts are indices into `strings`,
 * 0 is the empty text. Row 0 of paths, regions and blocks means "none".
 */

/** Changes whenever a summary of the same source would come out different: part of every cache key. */
export const SUMMARY_FORMAT = 3;

/** What stands at the root of a path. `PathColumn.Owner` of a root is in brackets. */
export enum RootKind {
  None = 0,
  /** An attribute of the path in `Owner`. */
  Attribute,
  /** An element of the container in `Owner`. */
  Element,
  /** The instance inside its own methods [class]. */
  Self,
  /** The class object [class]. */
  Class,
  /** A module-level name. */
  Global,
  /** An imported name; its text is dotted, with leading dots if relative. */
  Import,
  Builtin,
  /** A local of a function that functions inside it use too [function]. */
  Cell,
  /** A parameter that only its function uses [function]. */
  Parameter,
  /** A function or lambda of this file itself [function]. */
  Function,
  /** A local of a function, kept only where a nested function is called or passed [function]. */
  Local,
  /** An object of which nothing is known; only some of its attributes are paths. */
  Unknown,
}

export enum PathColumn {
  Kind = 0,
  Owner,
  Name,
  Size,
}

/** What an event does to its path. */
export enum Op {
  None = 0,
  Read,
  Write,
  Delete,
  /** `x += …` */
  Update,
  ItemRead,
  ItemWrite,
  ItemDelete,
  /** `x[k] += …` */
  ItemUpdate,
  /** `x.name(…)`; the key is the first argument. */
  Method,
  /** `x(…)` */
  Call,
  /** `for … in x` or a comprehension; the name is `items`, `values`, `keys` or "". */
  Iterate,
  /** A condition; the detail is a {@link Test}. */
  Test,
  /** `f(x)`; the name is the dotted callee, the key the keyword or `#` and the position. */
  Pass,
  /** `return x`, `yield x`. */
  Return,
  /** No path: control leaves the function for a while. */
  Yield,
  Await,
  /** `raise x` */
  Raise,
}

/** Bits of `EventColumn.Flags`. */
export enum EventFlag {
  /** The path was reached through a local that holds it: the value was bound once. */
  ViaLocal = 1,
  /** The value written was computed from the old one in the same statement. */
  FromOldValue = 2,
  /** The value written was computed from a local read earlier: `Origin` is that read. */
  FromStaleLocal = 4,
  /** `x = x or …` */
  LazyOr = 8,
  /** At module or class level: runs at import. */
  ImportTime = 16,
  /** In the body of a class. */
  ClassBody = 32,
  /** The condition holds when the thing is absent, empty, None or false. */
  Negated = 64,
  /** Result not used. */
  Discarded = 128,
  /** `with x` or `async with x`. */
  Entered = 256,
  /** A call with more arguments than the first: `pop(k, None)`, `get(k, 0)`, `acquire(timeout=…)`. */
  MoreArguments = 512,
  /** A call without any argument. */
  NoArguments = 1024,
  /** The index is a slice. */
  Slice = 4096,
  /** The test is the whole of what a `while` repeats on. */
  LoopTest = 8192,
  /** The call is awaited. */
  Awaited = 16384,
  /** `for` inside `list(…)` and the like: an iteration by a comprehension. */
  Comprehension = 32768,
}

/** What a test asks. */
export enum Test {
  /** `k in x`, `x.get(k) is None` */
  Contains = 1,
  /** `x is None` */
  IsNone,
  /** `x`, `not x` */
  Truth,
  /** `len(x) > n`, `x.empty()` */
  Size,
  /** `hasattr(o, "x")` */
  HasAttribute,
  /** `x == …`, `x < …` */
  Compare,
  /** `lock.locked()` */
  Locked,
}

/** What is written. */
export enum Value {
  Unknown = 0,
  None,
  False,
  True,
  Number,
  Text,
  EmptyList,
  EmptyDict,
  EmptySet,
  List,
  Dict,
  Set,
  Tuple,
  /** A call; the event's name is the dotted callee. */
  Call,
  /** Another path; the event's name is its last name. */
  Path,
  Function,
  Expression,
  /** A generator expression. */
  Generator,
}

export enum EventColumn {
  Op = 0,
  Flags,
  Path,
  Start,
  End,
  Block,
  /** Index into `locksets`. */
  Lockset,
  Key,
  Name,
  /** {@link Value} of what is written, or {@link Test}; the text of all arguments of some calls. */
  Detail,
  /** Event (its number in the file, plus 1) that the local used here came from. */
  Origin,
  Size,
}

export enum BlockKind {
  None = 0,
  Body,
  Then,
  Else,
  While,
  For,
  LoopElse,
  Try,
  Handler,
  TryElse,
  Finally,
  With,
  /** The right side of `and`, of `or`. */
  And,
  Or,
  Comprehension,
  Case,
}

export enum BlockColumn {
  Kind = 0,
  Parent,
  /** Node of the statement: equal for the blocks of one statement. */
  Statement,
  /** First and behind-the-last event of the test, numbers in the file. */
  TestFirst,
  TestLast,
  /** 1 if the end of the block is never reached. */
  Leaves,
  /** Types that a Handler catches, comma-separated; "*" for all. */
  Names,
  Start,
  End,
  Size,
}

export enum RegionKind {
  None = 0,
  With,
  AsyncWith,
  /** From `acquire()` to `release()`. */
  Acquire,
  /** `with x.name(…)`. */
  Call,
}

export enum RegionColumn {
  Kind = 0,
  /** What is locked; for Call, what is called. */
  Path,
  Function,
  Block,
  Start,
  End,
  Size,
}

/** Bits of `FunctionSummary.flags`. */
export enum FunctionFlag {
  Async = 1,
  Generator = 2,
  Property = 4,
  CachedProperty = 8,
  ClassMethod = 16,
  StaticMethod = 32,
  ContextManager = 64,
  /** `lru_cache`, `cache`. */
  Cached = 128,
  Lambda = 256,
  /** The docstring or the name says that the caller holds a lock. */
  CallerHolds = 512,
  /** The docstring speaks of threads. */
  MentionsThreads = 1024,
  Overload = 2048,
  /** The docstring says that the GIL makes something safe. */
  ReliesOnGil = 4096,
}

export interface FunctionSummary {
  /** Text. */
  readonly name: number;
  /** Class whose body it stands in, or -1. */
  readonly owner: number;
  /** Function around it, or -1; function 0 is the module. */
  readonly parent: number;
  readonly flags: number;
  readonly start: number;
  /** End of the name in `def name`. */
  readonly nameEnd: number;
  readonly end: number;
  /** Texts. */
  readonly parameters: readonly number[];
  /** Paths of the decorators, 0 for what is no path. */
  readonly decorators: readonly number[];
  /** Own events: from `firstEvent` up to `lastEvent`, not included. */
  readonly firstEvent: number;
  readonly lastEvent: number;
}

export interface ClassSummary {
  /** Text. */
  readonly name: number;
  /** Function that the class statement stands in, and class around it or -1. */
  readonly parent: number;
  readonly owner: number;
  /** Paths. */
  readonly bases: readonly number[];
  readonly start: number;
  readonly nameEnd: number;
  readonly end: number;
  /** The docstring speaks of threads. */
  readonly mentionsThreads: boolean;
}

/** A comment that speaks to nogil: `# nogil: ignore[NG105] reason`. */
export interface Marker {
  /** From 1. */
  readonly line: number;
  /** From `#` to the end of the line. */
  readonly text: string;
}

/** A place where the file could not be read as Python. */
export interface SourceProblem {
  readonly kind: "syntax" | "encoding" | "internal";
  readonly message: string;
  readonly start: number;
}

export interface FileSummary {
  readonly format: number;
  readonly path: string;
  /** Bytes of source, as UTF-8. */
  readonly bytes: number;
  /** Offset of the first byte of each line. */
  readonly lineStarts: Int32Array;
  /** Offsets of bytes that are no UTF-16 unit of their own; empty for ASCII. */
  readonly wideBytes: Int32Array;
  readonly problems: readonly SourceProblem[];
  readonly markers: readonly Marker[];
  /** Starts and ends of comments that say that the GIL makes something safe. */
  readonly gilRemarks: readonly number[];
  /** The module's docstring speaks of threads. */
  readonly mentionsThreads: boolean;
  /** Module-level names bound by imports, with the dotted names of what they are. */
  readonly imports: readonly (readonly [string, string])[];
  readonly strings: readonly string[];
  readonly paths: Int32Array;
  readonly events: Int32Array;
  readonly blocks: Int32Array;
  readonly regions: Int32Array;
  /** Each is the regions around an event, outermost first. */
  readonly locksets: readonly (readonly number[])[];
  /** Function 0 is the module itself. */
  readonly functions: readonly FunctionSummary[];
  readonly classes: readonly ClassSummary[];
}

/** Buffers of a summary, for the transfer list of `postMessage`. */
export function transferList(summary: FileSummary): ArrayBuffer[] {
  const arrays = [
    summary.lineStarts,
    summary.wideBytes,
    summary.paths,
    summary.events,
    summary.blocks,
    summary.regions,
  ];
  return arrays.map((array) => array.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}
