/** Where in the control flow of its function an event stands: branches of tests, handlers, common locks. */
import type { FileView, FunctionInfo, Locks, Variable } from "../calls/index.js";
import { BlockColumn, BlockKind, EventFlag, Op, Value } from "../summaries/index.js";

/** What is known of a test where an event stands: it held, it did not, or both are possible. */
export type Outcome = "true" | "false" | "either";

interface FileFlow {
  /** Branch blocks by the tests they depend on. */
  readonly branches: ReadonlyMap<number, readonly number[]>;
  /** Handler blocks by statement. */
  readonly handlers: ReadonlyMap<number, readonly number[]>;
}

const flows = new WeakMap<FileView, FileFlow>();

function flowOf(file: FileView): FileFlow {
  let flow = flows.get(file);
  if (flow === undefined) {
    const branches = new Map<number, number[]>();
    const handlers = new Map<number, number[]>();
    const count = file.summary.blocks.length / BlockColumn.Size;
    for (let block = 1; block < count; block++) {
      const last = file.block(block, BlockColumn.TestLast);
      for (let row = file.block(block, BlockColumn.TestFirst); row < last; row++) add(branches, row, block);
      if (file.blockKind(block) === BlockKind.Handler)
        add(handlers, file.block(block, BlockColumn.Statement), block);
    }
    flow = { branches, handlers };
    flows.set(file, flow);
  }
  return flow;
}

function add(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

const POSITIVE = new Set([BlockKind.Then, BlockKind.While, BlockKind.And, BlockKind.For]);

/** Blocks that run or not depending on the test. */
export function branchesOf(file: FileView, test: number): readonly number[] {
  return flowOf(file).branches.get(test) ?? [];
}

/** The outcome of a test at a later event; undefined if the event does not depend on it. */
export function outcomeAt(file: FileView, test: number, row: number): Outcome | undefined {
  if (row <= test) return undefined;
  const branches = branchesOf(file, test);
  const block = file.blockOf(row);
  const negated = file.has(test, EventFlag.Negated);
  for (const branch of branches) {
    if (file.isInside(block, branch))
      return POSITIVE.has(file.blockKind(branch)) !== negated ? "true" : "false";
  }
  if (branches.length === 0 || !file.isInside(block, scopeOf(file, test))) return undefined;
  for (const branch of branches) {
    if (file.block(branch, BlockColumn.Leaves) === 1) {
      return POSITIVE.has(file.blockKind(branch)) !== negated ? "false" : "true";
    }
  }
  return "either";
}

/** The block in which what follows a test stands: behind the end of a `try` or `with` it goes on. */
function scopeOf(file: FileView, test: number): number {
  let block = file.blockOf(test);
  while (file.blockKind(block) === BlockKind.Try || file.blockKind(block) === BlockKind.With)
    block = file.parentBlock(block);
  return block;
}

/** True if one stretch under one lock covers both events, or the whole function runs under a lock. */
export function isCovered(locks: Locks, info: FunctionInfo, first: number, second: number): boolean {
  if (locks.entryLocks(info).length > 0) return true;
  const { file } = info;
  const regions = locks.regionsAt(file, first);
  return regions.length > 0 && locks.regionsAt(file, second).some((region) => regions.includes(region));
}

/** Handlers of the `try` statements whose bodies an event stands in. */
export function* handlersAround(file: FileView, row: number): Generator<number> {
  for (let block = file.blockOf(row); block !== 0; block = file.parentBlock(block)) {
    if (file.blockKind(block) !== BlockKind.Try) continue;
    yield* flowOf(file).handlers.get(file.block(block, BlockColumn.Statement)) ?? [];
  }
}

/** True if an exception of one of these types, raised at the event, is caught in the function. */
export function isHandled(file: FileView, row: number, ...types: readonly string[]): boolean {
  for (const handler of handlersAround(file, row)) if (catches(file, handler, types)) return true;
  return false;
}

/** True if a handler catches one of the types; `except:` and `except Exception` catch all. */
export function catches(file: FileView, handler: number, types: readonly string[]): boolean {
  const names = file.text(file.block(handler, BlockColumn.Names)).split(",");
  return names.some(
    (name) => name === "*" || name === "Exception" || name === "BaseException" || types.includes(name),
  );
}

/** True if the handler names one of the types itself. */
export function namesException(file: FileView, handler: number, types: readonly string[]): boolean {
  return file
    .text(file.block(handler, BlockColumn.Names))
    .split(",")
    .some((name) => types.includes(name));
}

/** The innermost block around both events. */
export function commonBlock(file: FileView, left: number, right: number): number {
  let at = file.blockOf(left);
  const other = file.blockOf(right);
  while (at !== 0 && !file.isInside(other, at)) at = file.parentBlock(at);
  return at;
}

/** True if the first event stands in a branch that is left before the second, or both in branches that exclude each other. */
export function areExclusive(file: FileView, left: number, right: number): boolean {
  const common = commonBlock(file, left, right);
  const a = childOf(file, file.blockOf(left), common);
  const b = childOf(file, file.blockOf(right), common);
  if (a !== 0 && a !== b && file.block(a, BlockColumn.Leaves) === 1) return true;
  if (a === b || a === 0 || b === 0) return false;
  if (file.block(a, BlockColumn.Statement) !== file.block(b, BlockColumn.Statement)) return false;
  const kinds = [file.blockKind(a), file.blockKind(b)];
  return (
    kinds.includes(BlockKind.Then) ||
    kinds.every((kind) => kind === BlockKind.Case || kind === BlockKind.Handler)
  );
}

function childOf(file: FileView, block: number, ancestor: number): number {
  let at = block;
  let child = 0;
  while (at !== ancestor && at !== 0) {
    child = at;
    at = file.parentBlock(at);
  }
  return child;
}

/** True if somebody takes the object away again: writes None or deletes it, outside construction. */
export function isNullified(variable: Variable): boolean {
  return variable.accesses.some(({ function: info, row }) => {
    if (info.isConstructor || info.isModule || info.isConstruction) return false;
    const { file } = info;
    const op = file.op(row);
    return op === Op.Delete || (op === Op.Write && file.detail(row) === Value.None);
  });
}
