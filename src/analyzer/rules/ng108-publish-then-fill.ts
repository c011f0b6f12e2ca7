import { type FunctionInfo, MUTATING_METHODS } from "../calls/index.js";
import { EventFlag, Op, Test, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { areExclusive, isCovered, outcomeAt } from "./flow.js";
import type { Rule } from "./rule.js";
import type { Sequence } from "./sequences.js";

const EMPTY = new Set([Value.EmptyList, Value.EmptyDict, Value.EmptySet]);

/** Flags that announce work to come, not work done. */
export const REQUESTS =
  /pending|schedul|request|progress|running|busy|active|queued|wake|needs?_|dirty|start(?:ed|ing)|closing|stopping/i;

export const publishThenFill: Rule = {
  code: "NG108",
  name: "publish-then-fill",
  severity: "high",
  summary:
    "Something is made visible before it is complete: an empty container, a flag, an entry taken out too early.",
  explanation:
    "A thread that finds the entry, or the flag that says `done`, takes it for the finished result. `C[k] = []` followed by `C[k].append(…)`, `self.done = True` before the work, a placeholder that is replaced later, and a pending entry that is popped before it has run all leave a window in which others see half of it.",
  unsafe:
    "_rules = {}\n\ndef rules(cls):\n    _rules[cls] = []\n    for rule in scan(cls):\n        _rules[cls].append(rule)\n    return _rules[cls]\n",
  safe: "_rules = {}\n\ndef rules(cls):\n    found = []\n    for rule in scan(cls):\n        found.append(rule)\n    _rules[cls] = found\n    return found\n",
  fix: "Build it in a local and store it in one assignment at the end; set the flag after the work.",
  versions: "every version; more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const sequence of context.sequences) {
      emptyThenFilled(context, sequence);
      placeholder(context, sequence);
      flagBeforeWork(context, sequence);
      takenBeforeRun(context, sequence);
    }
  },
};

/** True if NG108 reports the store itself. */
export function isStoredTooEarly(context: RuleContext, sequence: Sequence, write: number): boolean {
  return fillOf(context, sequence, write) !== undefined || valueAfter(context, sequence, write) !== undefined;
}

/** Where an entry that was stored empty is filled. */
function fillOf(
  context: RuleContext,
  { function: info, rows, uses }: Sequence,
  write: number,
): number | undefined {
  const { file } = info;
  if (file.op(write) !== Op.ItemWrite || !EMPTY.has(file.detail(write))) return undefined;
  return uses.find(
    (row) =>
      row > write &&
      isChange(info, row) &&
      !areExclusive(file, write, row) &&
      sameEntry(info, rows, write, row) &&
      !isCovered(context.locks, info, write, row),
  );
}

/** Where an entry that first held a placeholder gets its value. */
function valueAfter(
  context: RuleContext,
  { function: info, rows }: Sequence,
  write: number,
): number | undefined {
  const { file } = info;
  if (file.op(write) !== Op.ItemWrite || file.has(write, EventFlag.Slice)) return undefined;
  const second = rows.find(
    (row) => row > write && file.op(row) === Op.ItemWrite && file.keyOf(row) === file.keyOf(write),
  );
  if (second === undefined || areExclusive(file, write, second) || file.has(second, EventFlag.FromOldValue))
    return undefined;
  return isCovered(context.locks, info, write, second) || !callsBetween(info, write, second)
    ? undefined
    : second;
}

/** `C[k] = []` … `C[k].append(…)`. */
function emptyThenFilled(context: RuleContext, sequence: Sequence): void {
  const { function: info, variable, rows } = sequence;
  const { file } = info;
  for (const write of rows) {
    const fill = fillOf(context, sequence, write);
    if (fill === undefined) continue;
    context.report({
      function: info,
      row: write,
      message: `${variable.text}[${file.keyText(write)}] is stored empty and filled from line ${file.line(fill)} on: another thread takes the unfinished container for the result`,
      fix: "fill a local container and store it when it is complete",
      evidence: context.evidence(variable, info),
      related: [{ function: info, row: fill, message: "filled here, when others can already see it" }],
    });
    return;
  }
}

function isChange(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  const op = file.op(row);
  return op === Op.ItemWrite || (op === Op.Method && MUTATING_METHODS.has(file.nameOf(row)));
}

/** The entry that is filled is the one that was stored: it was looked up by the same key. */
function sameEntry(info: FunctionInfo, rows: readonly number[], write: number, fill: number): boolean {
  const { file } = info;
  const lookup = rows.findLast((row) => row <= fill && row > write && file.op(row) === Op.ItemRead);
  return lookup === undefined ? file.has(fill, EventFlag.ViaLocal) : file.keyOf(lookup) === file.keyOf(write);
}

/** `C[k] = placeholder` … `C[k] = result`. */
function placeholder(context: RuleContext, sequence: Sequence): void {
  const { function: info, variable, rows } = sequence;
  const { file } = info;
  for (const first of rows) {
    const second = valueAfter(context, sequence, first);
    if (second === undefined) continue;
    context.report({
      function: info,
      row: first,
      message: `${variable.text}[${file.keyText(first)}] first holds a placeholder and gets its value only at line ${file.line(second)}: another thread takes the placeholder for the value`,
      fix: "store the value once, when it is known, or hold one lock from the first store to the second",
      evidence: context.evidence(variable, info),
      related: [{ function: info, row: second, message: "the value is stored here" }],
    });
    return;
  }
}

function callsBetween(info: FunctionInfo, first: number, second: number): boolean {
  for (let row = first + 1; row < second; row++) if (info.file.op(row) === Op.Call) return true;
  return false;
}

/** `if self.done: return` … `self.done = True` … the work. */
function flagBeforeWork(context: RuleContext, { function: info, variable, rows }: Sequence): void {
  const { file } = info;
  for (const write of rows) {
    if (REQUESTS.test(variable.name)) return;
    const check = rows.find((row) => isFlagBeforeWork(info, row, write));
    if (check === undefined || isCovered(context.locks, info, check, write)) continue;
    if (context.locks.heldAt(info, write).length > 0) continue;
    context.report({
      function: info,
      row: write,
      message: `${variable.text} says that the work is done before it is: a second thread skips it at line ${file.line(check)} and goes on without the result`,
      fix: `do the work under a lock and set ${variable.text} last`,
      evidence: context.evidence(variable, info),
      related: [
        { function: info, row: check, message: "others skip the work here" },
        { function: info, row: workAfter(info, write), message: "the work begins here" },
      ],
    });
    return;
  }
}

/** True if a flag is found unset, then set, and what it announces is done only afterwards. */
export function isFlagBeforeWork(info: FunctionInfo, check: number, write: number): boolean {
  const { file } = info;
  if (check >= write || file.op(check) !== Op.Test || file.op(write) !== Op.Write) return false;
  if (file.pathOf(check) !== file.pathOf(write) || file.detail(write) !== Value.True) return false;
  const kind = file.detail(check);
  if (kind !== Test.Truth && kind !== Test.Compare) return false;
  return outcomeAt(file, check, write) === "false" && workAfter(info, write) !== 0;
}

function workAfter(info: FunctionInfo, write: number): number {
  const { file } = info;
  const block = file.blockOf(write);
  for (let row = write + 1; row < info.lastRow; row++) {
    const op = file.op(row);
    if (!file.isInside(file.blockOf(row), block)) continue;
    if (op === Op.Call || (op === Op.Method && file.has(row, EventFlag.Discarded))) return row;
  }
  return 0;
}

/** `f = pending.pop(k)` … `f()`: while it runs, others find neither the entry nor the result. */
function takenBeforeRun(context: RuleContext, { function: info, variable, rows }: Sequence): void {
  const { file } = info;
  for (const take of rows) {
    if (file.op(take) !== Op.Method || file.nameOf(take) !== "pop") continue;
    if (file.keyOf(take) === 0 || /^-?\d+$/.test(file.keyText(take))) continue;
    for (let run = take + 1; run < info.lastRow; run++) {
      if (file.op(run) !== Op.Call || file.pathOf(run) !== 0 || file.origin(run) !== take) continue;
      if (isCovered(context.locks, info, take, run)) continue;
      context.report({
        function: info,
        row: take,
        message: `the entry is taken out of ${variable.text} before it runs at line ${file.line(run)}: meanwhile another thread finds neither the entry nor what it makes`,
        fix: "run it first and remove it afterwards, or hold one lock around both lines",
        evidence: context.evidence(variable, info),
        related: [{ function: info, row: run, message: "runs here" }],
      });
      return;
    }
  }
}
