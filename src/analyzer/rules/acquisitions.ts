/** Where locks are taken, and which locks a call takes in the end. */
import type { FunctionInfo, Variable } from "../calls/index.js";
import { EventFlag, Op, RegionColumn, RegionKind } from "../summaries/index.js";
import type { RuleContext } from "./context.js";

export interface Acquisition {
  readonly function: FunctionInfo;
  /** Event at which it is taken. */
  readonly row: number;
  readonly lock: Variable;
  readonly region: number;
}

const known = new WeakMap<RuleContext, Map<FunctionInfo, readonly Acquisition[]>>();

/** Locks that each function takes itself, in order. */
export function acquisitionsOf(context: RuleContext): Map<FunctionInfo, readonly Acquisition[]> {
  let all = known.get(context);
  if (all === undefined) {
    all = new Map();
    for (const info of context.project.functions) {
      const own = findAcquisitions(context, info);
      if (own.length > 0) all.set(info, own);
    }
    known.set(context, all);
  }
  return all;
}

function findAcquisitions(context: RuleContext, info: FunctionInfo): Acquisition[] {
  const { file } = info;
  const found: Acquisition[] = [];
  let region = 1;
  const { regions } = file.summary;
  const count = regions.length / RegionColumn.Size;
  if (count <= 1) return found;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    const isEntry =
      file.has(row, EventFlag.Entered) || (file.op(row) === Op.Method && file.nameOf(row) === "acquire");
    if (!isEntry) continue;
    const start = file.start(row);
    for (region = 1; region < count; region++) {
      if (regions[region * RegionColumn.Size + RegionColumn.Start] !== start) continue;
      if (regions[region * RegionColumn.Size] === RegionKind.AsyncWith) continue;
      for (const lock of context.locks.locksOfRegion(file, region))
        found.push({ function: info, row, lock, region });
      break;
    }
  }
  return found;
}

const taken = new WeakMap<RuleContext, Map<FunctionInfo, Set<Variable>>>();

/** Rounds in which locks travel from callees to callers; longer chains are rare. */
const MAX_ROUNDS = 8;

/** Locks that a call of each function takes, in itself or in what it calls. */
export function locksTakenBy(context: RuleContext): Map<FunctionInfo, Set<Variable>> {
  let all = taken.get(context);
  if (all !== undefined) return all;
  all = new Map();
  for (const [info, own] of acquisitionsOf(context)) all.set(info, new Set(own.map(({ lock }) => lock)));
  let changed = [...all.keys()];
  for (let round = 0; round < MAX_ROUNDS && changed.length > 0; round++) {
    const next = new Set<FunctionInfo>();
    for (const callee of changed) {
      for (const { caller } of callee.callers) {
        let locks = all.get(caller);
        if (locks === undefined) {
          locks = new Set();
          all.set(caller, locks);
        }
        const before = locks.size;
        for (const lock of all.get(callee)!) locks.add(lock);
        if (locks.size > before) next.add(caller);
      }
    }
    changed = [...next];
  }
  taken.set(context, all);
  return all;
}
