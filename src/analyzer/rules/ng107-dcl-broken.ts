import type { FunctionInfo } from "../calls/index.js";
import { Op, RegionColumn, Test, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { isCovered, outcomeAt } from "./flow.js";
import type { Rule } from "./rule.js";
import type { Sequence } from "./sequences.js";

const TESTS = new Set([Test.IsNone, Test.Truth, Test.HasAttribute, Test.Contains]);

export const dclBroken: Rule = {
  code: "NG107",
  name: "dcl-broken",
  severity: "high",
  summary: "Double-checked locking that does not check again, or publishes the object before it is complete.",
  explanation:
    "A test outside the lock may be out of date when the lock is taken: without a second test under the lock two threads make the object one after the other. And if the object is assigned to the tested name before it is set up, a thread that skips the lock uses it half made.",
  unsafe:
    "import threading\n\n_lock = threading.Lock()\n_pool = None\n\ndef pool():\n    global _pool\n    if _pool is None:\n        with _lock:\n            _pool = make_pool()\n    return _pool\n",
  safe: "import threading\n\n_lock = threading.Lock()\n_pool = None\n\ndef pool():\n    global _pool\n    if _pool is None:\n        with _lock:\n            if _pool is None:\n                _pool = make_pool()\n    return _pool\n",
  fix: "Test again as the first thing under the lock; build the object in a local and assign it last.",
  versions: "every version; more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const sequence of context.sequences) inspect(context, sequence);
  },
};

function inspect(context: RuleContext, sequence: Sequence): void {
  const { function: info, variable, rows, uses } = sequence;
  const { file } = info;
  for (const check of rows) {
    if (file.op(check) !== Op.Test || !TESTS.has(file.detail(check))) continue;
    if (context.locks.heldAt(info, check).length > 0) continue;
    for (const write of rows) {
      if (write <= check || !assigns(info, check, write)) continue;
      const [region] = context.locks.regionsAt(file, write);
      const outcome = outcomeAt(file, check, write);
      if (region === undefined || outcome === undefined || outcome === "true") continue;
      if (file.start(check) > regionStart(info, region)) continue;
      const rechecks = rows.some(
        (row) => row > check && row < write && isCovered(context.locks, info, row, write) && reads(info, row),
      );
      if (!rechecks) {
        report(
          context,
          sequence,
          check,
          write,
          `assigned at line ${file.line(write)} under a lock without a second test: two threads that both saw it missing assign it one after the other`,
        );
        return;
      }
      const setup = uses.find(
        (row) => row > write && isCovered(context.locks, info, row, write) && changes(info, row),
      );
      if (setup !== undefined && file.op(write) === Op.Write && file.detail(write) === Value.Call) {
        report(
          context,
          sequence,
          check,
          write,
          `visible to the test outside the lock from line ${file.line(write)} on, but set up only at line ${file.line(setup)}: another thread uses ${variable.text} half made`,
        );
        return;
      }
    }
  }
}

function regionStart(info: FunctionInfo, region: number): number {
  return info.file.summary.regions[region * RegionColumn.Size + RegionColumn.Start]!;
}

function assigns(info: FunctionInfo, check: number, write: number): boolean {
  const { file } = info;
  const op = file.op(write);
  if (file.detail(check) === Test.Contains)
    return op === Op.ItemWrite && file.keyOf(write) === file.keyOf(check);
  return op === Op.Write && file.detail(write) !== Value.None && file.detail(write) !== Value.False;
}

function reads(info: FunctionInfo, row: number): boolean {
  const op = info.file.op(row);
  return op === Op.Test || op === Op.Read || op === Op.ItemRead || op === Op.Method;
}

function changes(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  const op = file.op(row);
  if (op === Op.Write || op === Op.ItemWrite) return true;
  return (
    op === Op.Method &&
    /^(?:_?set|_?init|_?load|_?add|_?register|_?connect|_?start|_?open|_?prepare|update|append)/.test(
      file.nameOf(row),
    )
  );
}

function report(
  context: RuleContext,
  { function: info, variable }: Sequence,
  check: number,
  write: number,
  what: string,
): void {
  context.report({
    function: info,
    row: check,
    message: `${variable.text} is tested here without the lock and ${what}`,
    fix: `under the lock, test ${variable.text} again before anything else, and assign it last`,
    evidence: context.evidence(variable, info),
    related: [{ function: info, row: write, message: "assigned here" }],
  });
}
