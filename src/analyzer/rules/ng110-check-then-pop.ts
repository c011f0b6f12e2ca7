import type { FunctionInfo } from "../calls/index.js";
import { EventFlag, Op, Test } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { isCovered, isHandled, outcomeAt } from "./flow.js";
import type { Rule } from "./rule.js";
import type { Sequence } from "./sequences.js";

const TAKING = new Set(["pop", "popleft", "popitem", "get_nowait"]);
const ERRORS = ["IndexError", "KeyError", "LookupError", "Empty"];

export const checkThenPop: Rule = {
  code: "NG110",
  name: "check-then-pop",
  severity: "medium",
  summary: "A queue or list is found not empty, and then an element is taken as if it were still there.",
  explanation:
    "Between `while q:` and `q.pop()` another thread can take the last element, and IndexError, KeyError or queue.Empty is raised. The pop itself is atomic, so no test is needed: take, and handle the exception.",
  unsafe:
    "from collections import deque\n\n_jobs = deque()\n\ndef work():\n    while _jobs:\n        run(_jobs.popleft())\n",
  safe: "from collections import deque\n\n_jobs = deque()\n\ndef work():\n    while True:\n        try:\n            job = _jobs.popleft()\n        except IndexError:\n            return\n        run(job)\n",
  fix: "Take without asking and handle the exception, use `queue.get(timeout=…)`, or hold one lock around both lines.",
  versions: "every version; more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const sequence of context.sequences) inspect(context, sequence);
  },
};

function inspect(context: RuleContext, sequence: Sequence): void {
  const { function: info, variable, rows } = sequence;
  const { file } = info;
  for (const check of rows) {
    if (file.op(check) !== Op.Test) continue;
    const kind = file.detail(check);
    if (kind !== Test.Size && kind !== Test.Truth) continue;
    const take = rows.find((row) => row > check && takes(info, row) && holds(info, check, row));
    if (take === undefined || isCovered(context.locks, info, check, take)) continue;
    if (isHandled(file, take, ...ERRORS)) continue;
    if (!isEmptiedElsewhere(sequence, take)) continue;
    const evidence = context.evidence(variable, info);
    context.report({
      function: info,
      row: check,
      severity: evidence.tier === "T3" ? "high" : "medium",
      message: `${variable.text} is found not empty here and an element is taken at line ${file.line(take)}: another thread may have taken the last one in between`,
      fix: "take without asking and handle the exception, or hold one lock around both lines",
      evidence,
      related: [{ function: info, row: take, message: "taken here" }],
    });
    return;
  }
}

function holds(info: FunctionInfo, check: number, row: number): boolean {
  const outcome = outcomeAt(info.file, check, row);
  // A comparison of sizes does not say which side is the empty one.
  return info.file.detail(check) === Test.Size
    ? outcome !== undefined && outcome !== "either"
    : outcome === "true";
}

function takes(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  if (file.op(row) === Op.Method) {
    const name = file.nameOf(row);
    if (name === "pop")
      return !file.has(row, EventFlag.MoreArguments) && /^(?:-?\d+)?$/.test(file.keyText(row));
    return TAKING.has(name);
  }
  if (file.op(row) !== Op.ItemRead || file.has(row, EventFlag.Slice)) return false;
  return /^-?\d+$/.test(file.keyText(row));
}

/** Reading `q[0]` is only wrong if somebody takes elements out. */
function isEmptiedElsewhere({ function: info, variable }: Sequence, take: number): boolean {
  if (info.file.op(take) === Op.Method) return true;
  return variable.accesses.some(({ function: { file }, row }) => {
    const op = file.op(row);
    return (
      op === Op.ItemDelete ||
      (op === Op.Method && (TAKING.has(file.nameOf(row)) || file.nameOf(row) === "clear"))
    );
  });
}
