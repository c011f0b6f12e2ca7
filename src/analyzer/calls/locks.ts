/**
 * Which locks are held where: regions of the function itself, what its callers hold, what decorators take.
 * Locks are variables; `Condition(lock)` is the lock it was made from.
 */
import {
  EventColumn,
  FunctionFlag,
  Op,
  RegionColumn,
  RegionKind,
  RootKind,
  Value,
} from "../summaries/index.js";
import { type CallSite, type FunctionInfo, Variable } from "./entities.js";
import type { FileView } from "./file-view.js";
import type { Project } from "./project.js";

const LOCK_TYPES =
  /(?:^|\.|_)(?:R?Lock|Condition|Semaphore|BoundedSemaphore|allocate_lock|RWLock\w*|Mutex|FileLock|SoftFileLock|WeakLock|ReadWriteLock)$|[Ll]ock(?:_class|_factory)?$|create_(?:r?lock|mutex)$|make_lock$/;
const LOCK_NAME =
  /(?:^|_)(?:r?w?lock|mutex|cond|condition|sem|semaphore|cv|guard|monitor|not_empty|not_full|all_tasks_done)(?:$|_|\d)|lock$|[a-z](?:Lock|Mutex|Condition|Semaphore)$|_(?:cond|cv)$/i;
const NOT_A_LOCK = /(?:^|_)(?:block|clock|blocks|locked|unlock|deadlock|pidlock)$|block$|clock$/i;
const REENTRANT = /(?:^|\.|_)(?:RLock|Condition)$/;
const ASYNC_LOCK = /^(?:asyncio|anyio|trio|curio)\./;
const LOCKING_DECORATOR =
  /(?:^|[._])(?:with_?lock|locked|lock|synchronized|synchronised|synchronize|thread_?safe|_?with_\w*lock|serialized|mutex|guarded)$|lock$|locked$/i;

/** Callers may call each other in circles: this many rounds settle every chain seen in practice. */
const MAX_ROUNDS = 12;

/** A lock of which only the fact is known: the docstring or the name says that the caller holds it. */
export const SOME_LOCK = new Variable(
  "global",
  "a lock that the caller holds",
  undefined,
  undefined,
  undefined,
);

/** A stretch of code under a lock. */
export interface Region {
  readonly file: FileView;
  readonly row: number;
  readonly lock: Variable;
}

export class Locks {
  private readonly regionLocks: (readonly Variable[] | undefined)[][] = [];
  private readonly held = new Map<FileView, (readonly Variable[] | undefined)[]>();
  private readonly decorated = new Map<FunctionInfo, readonly Variable[]>();

  constructor(private readonly project: Project) {
    this.findAliases();
    this.findCallerLocks();
  }

  isLock(variable: Variable): boolean {
    const { types } = variable;
    for (const type of types) {
      if (LOCK_TYPES.test(type)) return true;
    }
    for (const type of types) {
      if (type !== "#None" && type !== "#Path" && type !== "#Unknown" && type !== "#Call" && type[0] === "#")
        return false;
    }
    if (NOT_A_LOCK.test(variable.name)) return false;
    return LOCK_NAME.test(variable.name);
  }

  /** True if its type is written down somewhere and is a lock. */
  isKnownLock(variable: Variable): boolean {
    for (const type of variable.resolved.types) if (LOCK_TYPES.test(type)) return true;
    return false;
  }

  isReentrant(variable: Variable): boolean {
    for (const type of variable.resolved.types) if (REENTRANT.test(type)) return true;
    return false;
  }

  /** True for a lock of an event loop: it does not keep threads apart. */
  isAsyncLock(variable: Variable): boolean {
    for (const type of variable.resolved.types) if (ASYNC_LOCK.test(type)) return true;
    return false;
  }

  /** Locks of a region of the file; empty if it is no lock at all. */
  locksOfRegion(file: FileView, region: number): readonly Variable[] {
    let known = this.regionLocks[file.index];
    if (known === undefined) {
      known = [];
      this.regionLocks[file.index] = known;
    }
    let locks = known[region];
    if (locks === undefined) {
      known[region] = [];
      locks = this.findRegionLocks(file, region);
      known[region] = locks;
    }
    return locks;
  }

  private findRegionLocks(file: FileView, region: number): readonly Variable[] {
    const { regions } = file.summary;
    const path = regions[region * RegionColumn.Size + RegionColumn.Path]!;
    const kind = regions[region * RegionColumn.Size] as RegionKind;
    const entity = this.project.resolver.entity(file, path);
    switch (entity.kind) {
      case "variable": {
        const { variable } = entity;
        if (this.isLock(variable)) return [variable.resolved];
        // `with self._locks[key]:` — elements of a container of locks.
        const container = variable.container;
        return container !== undefined &&
          variable.text.endsWith("[]") &&
          LOCK_NAME.test(container.name.replace(/s$/, ""))
          ? [variable]
          : [];
      }
      case "instance": {
        // `with self:` takes what __enter__ takes.
        const enter = entity.class.findMethod("__enter__");
        return enter === undefined ? [] : this.acquiredBy(enter);
      }
      case "function":
        if (entity.function.is(FunctionFlag.ContextManager)) return this.heldAtYield(entity.function);
        return kind === RegionKind.Call && LOCK_NAME.test(entity.function.name)
          ? [this.lockNamed(entity.function)]
          : [];
      case "foreign":
        return LOCK_NAME.test(entity.dotted) && file.pathKind(path) !== RootKind.Builtin
          ? [this.project.resolver.foreignVariable(entity.dotted)]
          : [];
      default:
        return [];
    }
  }

  private readonly named = new Map<FunctionInfo, Variable>();

  /** `with get_lock():` — whatever the function gives is one lock. */
  private lockNamed(called: FunctionInfo): Variable {
    let lock = this.named.get(called);
    if (lock === undefined) {
      lock = new Variable("global", `${called.qualifiedName}()`, called.owner, called.file, undefined);
      this.named.set(called, lock);
    }
    return lock;
  }

  private acquiredBy(enter: FunctionInfo): readonly Variable[] {
    const locks = new Set<Variable>();
    const { file } = enter;
    for (let row = enter.firstRow; row < enter.lastRow; row++) {
      const op = file.op(row);
      if (op !== Op.Method && op !== Op.Call) continue;
      const name = file.nameOf(row);
      if (name !== "acquire" && name !== "__enter__") continue;
      const variable = this.project.variable(file, row);
      if (variable !== undefined && this.isLock(variable)) locks.add(variable.resolved);
    }
    return [...locks];
  }

  private heldAtYield(manager: FunctionInfo): readonly Variable[] {
    const { file } = manager;
    for (let row = manager.firstRow; row < manager.lastRow; row++) {
      if (file.op(row) === Op.Yield) return this.ownLocks(file, row);
    }
    return [];
  }

  /** Locks of the regions that the function itself opened around an event. */
  ownLocks(file: FileView, row: number): readonly Variable[] {
    const id = file.event(row, EventColumn.Lockset);
    if (id === 0) return [];
    let memo = this.held.get(file);
    if (memo === undefined) {
      memo = [];
      this.held.set(file, memo);
    }
    let locks = memo[id];
    if (locks === undefined) {
      const found = new Set<Variable>();
      for (const region of file.summary.locksets[id]!) {
        for (const lock of this.locksOfRegion(file, region)) found.add(lock);
      }
      locks = [...found];
      memo[id] = locks;
    }
    return locks;
  }

  /** Lock regions around an event that really are locks. */
  regionsAt(file: FileView, row: number): readonly number[] {
    const id = file.event(row, EventColumn.Lockset);
    if (id === 0) return [];
    return file.summary.locksets[id]!.filter((region) => this.locksOfRegion(file, region).length > 0);
  }

  /** Every lock that is surely held at an event. */
  heldAt(info: FunctionInfo, row: number): readonly Variable[] {
    const own = this.ownLocks(info.file, row);
    const outer = this.entryLocks(info);
    if (outer.length === 0) return own;
    return own.length === 0 ? outer : [...own, ...outer];
  }

  /** Locks held during the whole of a function: by its callers or by a decorator. */
  entryLocks(info: FunctionInfo): readonly Variable[] {
    const callers = info.callerLocks ?? [];
    const decorated = this.decoratorLocks(info);
    return decorated.length === 0 ? callers : [...callers, ...decorated];
  }

  private decoratorLocks(info: FunctionInfo): readonly Variable[] {
    if (info.summary.decorators.length === 0) return [];
    let locks = this.decorated.get(info);
    if (locks === undefined) {
      this.decorated.set(info, []);
      locks = info.summary.decorators.flatMap((path) => this.decoratorLock(info, path));
      this.decorated.set(info, locks);
    }
    return locks;
  }

  private decoratorLock(info: FunctionInfo, path: number): readonly Variable[] {
    if (path === 0) return [];
    const entity = this.project.resolver.entity(info.file, path);
    if (entity.kind === "function") {
      // The wrapper inside it calls the function under a lock.
      for (const nested of this.project.functionsOf(entity.function.file)) {
        if (nested.summary.parent !== entity.function.index) continue;
        const lock = this.lockedCall(nested);
        if (lock !== undefined) return [lock];
      }
      return [];
    }
    if (entity.kind === "foreign" && LOCKING_DECORATOR.test(entity.dotted)) return [SOME_LOCK];
    return [];
  }

  private lockedCall(wrapper: FunctionInfo): Variable | undefined {
    const { file } = wrapper;
    for (let row = wrapper.firstRow; row < wrapper.lastRow; row++) {
      if (file.op(row) !== Op.Call) continue;
      const regions = file.summary.locksets[file.event(row, EventColumn.Lockset)]!;
      if (regions.length === 0) continue;
      const [lock] = this.ownLocks(file, row);
      if (lock !== undefined) return lock.owner === undefined && lock.kind !== "global" ? SOME_LOCK : lock;
      const path = file.summary.regions[regions[0]! * RegionColumn.Size + RegionColumn.Path]!;
      if (LOCK_NAME.test(file.pathName(path))) return SOME_LOCK;
    }
    return undefined;
  }

  private findAliases(): void {
    for (const file of this.project.files) {
      for (let row = 2; row < file.eventCount; row++) {
        if (file.op(row) !== Op.Write) continue;
        const written = this.project.variable(file, row);
        if (written === undefined) continue;
        const source = this.aliasSource(file, row);
        if (source !== undefined && source !== written && source.resolved !== written) written.alias = source;
      }
    }
  }

  /** The lock that `Condition(lock)` or a plain copy makes another name of. */
  private aliasSource(file: FileView, row: number): Variable | undefined {
    const before = row - 1;
    const isCondition = /Condition$/.test(file.nameOf(row));
    if (isCondition && file.op(before) === Op.Call && file.op(before - 1) === Op.Pass) {
      if (file.nameOf(before - 1) === file.nameOf(row)) return this.project.variable(file, before - 1);
    }
    const origin = file.origin(row);
    if (file.detail(row) === Value.Path && origin !== 0 && file.op(origin) === Op.Read) {
      const source = this.project.variable(file, origin);
      if (source !== undefined && source.kind !== "parameter" && this.isLock(source)) return source;
    }
    return undefined;
  }

  /** A private function is as locked as all its callers are; a greatest fixpoint over the call graph. */
  private findCallerLocks(): void {
    const open: FunctionInfo[] = [];
    for (const info of this.project.functions) {
      if (info.is(FunctionFlag.CallerHolds)) info.callerLocks = [SOME_LOCK];
      else if (isPrivate(info) && info.callers.length > 0 && !info.isCallback) open.push(info);
      else info.callerLocks = [];
    }
    for (let round = 0; round < MAX_ROUNDS; round++) {
      let changed = false;
      for (const info of open) {
        const locks = this.common(info.callers);
        if (locks === undefined || sameSet(locks, info.callerLocks)) continue;
        info.callerLocks = locks;
        changed = true;
      }
      if (!changed) break;
    }
    for (const info of open) info.callerLocks ??= [];
  }

  /** What all callers hold; undefined as long as none of them is settled. */
  private common(callers: readonly CallSite[]): readonly Variable[] | undefined {
    let locks: readonly Variable[] | undefined;
    for (const { caller, row } of callers) {
      // Nobody else has the object yet.
      if (caller.isConstructor || caller.isConstruction) continue;
      if (caller.callerLocks === undefined) continue;
      const held = this.heldAt(caller, row);
      locks = locks === undefined ? held : locks.filter((lock) => held.includes(lock));
    }
    return locks;
  }
}

function isPrivate(info: FunctionInfo): boolean {
  const { name } = info;
  return (
    (name.startsWith("_") && !name.endsWith("__")) || (info.summary.parent > 0 && info.owner === undefined)
  );
}

function sameSet(left: readonly Variable[], right: readonly Variable[] | undefined): boolean {
  return right !== undefined && left.length === right.length && left.every((lock) => right.includes(lock));
}
