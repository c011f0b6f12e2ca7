import { type FunctionInfo, MUTATING_METHODS, type Variable } from "../calls/index.js";
import { EventFlag, Op, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { areExclusive, isCovered } from "./flow.js";
import type { Rule } from "./rule.js";
import type { Sequence } from "./sequences.js";
import { isSynchronised } from "./shared-state.js";

const FRESH = new Set([
  Value.EmptyList,
  Value.EmptyDict,
  Value.EmptySet,
  Value.Number,
  Value.Call,
  Value.Text,
]);
const FRESH_CALL =
  /(?:^|\.)(?:deque|defaultdict|Counter|OrderedDict|StringIO|BytesIO|bytearray|array|[A-Z_]\w*)$/;

export const swapReset: Rule = {
  code: "NG112",
  name: "swap-reset",
  severity: "high",
  summary: "What has been collected is taken and reset in two steps, while others go on adding.",
  explanation:
    "Between `batch = self.queue` and `self.queue = []` (or between a loop and `clear()`) another thread adds an element to the container that is about to be dropped: the element is lost, or counted twice. The same holds for `total = self.count` followed by `self.count = 0`.",
  unsafe:
    "class Buffer:\n    def __init__(self):\n        self.items = []\n\n    def add(self, item):\n        self.items.append(item)\n\n    def flush(self):\n        batch = self.items\n        self.items = []\n        return batch\n",
  safe: "import threading\n\nclass Buffer:\n    def __init__(self):\n        self.items = []\n        self.lock = threading.Lock()\n\n    def add(self, item):\n        with self.lock:\n            self.items.append(item)\n\n    def flush(self):\n        with self.lock:\n            batch = self.items\n            self.items = []\n        return batch\n",
  fix: "Swap under the lock that adding takes, or use a deque and take elements one by one with popleft().",
  versions: "every version; more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const sequence of context.sequences) inspect(context, sequence);
  },
};

function inspect(context: RuleContext, sequence: Sequence): void {
  const { function: info, variable, rows } = sequence;
  if (isSynchronised(variable) || variable.text.endsWith("[]")) return;
  const { file } = info;
  for (const row of rows) {
    if (!takesAll(info, row)) continue;
    const reset = resetAfter(context, sequence, row);
    if (reset === 0 || isCovered(context.locks, info, row, reset)) continue;
    const adder = adderOf(context, variable, info);
    if (adder === undefined) continue;
    context.report({
      function: info,
      row,
      message: `${variable.text} is taken here and reset at line ${file.line(reset)}; what ${adder.function.qualifiedName} adds in between is lost`,
      fix: `hold one lock over both lines and in ${adder.function.qualifiedName}`,
      evidence: context.evidence(variable, info),
      related: [
        { function: info, row: reset, message: "reset here" },
        { ...adder, message: "added to here" },
      ],
    });
    return;
  }
}

/** The value is read as a whole. */
function takesAll(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  const op = file.op(row);
  if (op === Op.Read || op === Op.Iterate || op === Op.Pass || op === Op.Return) return true;
  return op === Op.Method && /^(?:copy|getvalue|items|values|read)$/.test(file.nameOf(row));
}

/** A reset behind an event: in the function itself, or one call away. */
function resetAfter(
  context: RuleContext,
  { function: info, variable, rows }: Sequence,
  taken: number,
): number {
  const { file } = info;
  for (const row of rows) {
    if (row <= taken || areExclusive(file, taken, row)) continue;
    if (resets(info, row) && !file.has(row, EventFlag.FromOldValue)) return row;
  }
  for (let row = taken + 1; row < info.lastRow; row++) {
    if (file.op(row) !== Op.Call) continue;
    const called = context.project.entity(file, row);
    if (called.kind !== "function" || called.function === info) continue;
    const inner = called.function;
    const isReset = variable.accesses.some(
      (access) => access.function === inner && resets(inner, access.row),
    );
    if (isReset && !areExclusive(file, taken, row)) return row;
  }
  return 0;
}

function resets(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  const op = file.op(row);
  if (op === Op.Method) return file.nameOf(row) === "clear";
  if (op !== Op.Write || !FRESH.has(file.detail(row))) return false;
  return file.detail(row) !== Value.Call || FRESH_CALL.test(file.nameOf(row));
}

/** Somebody else who adds to the variable. */
function adderOf(context: RuleContext, variable: Variable, info: FunctionInfo) {
  return variable.accesses.find((access) => {
    if (access.function === info || context.isBeforeSharing(access)) return false;
    const { file } = access.function;
    const op = file.op(access.row);
    if (op === Op.Update || op === Op.ItemUpdate || op === Op.ItemWrite) return true;
    if (op === Op.Write) return file.has(access.row, EventFlag.FromOldValue);
    if (op === Op.ItemRead) return [...variable.types].some((type) => /defaultdict$/.test(type));
    return (
      op === Op.Method &&
      (MUTATING_METHODS.has(file.nameOf(access.row)) || file.nameOf(access.row) === "write") &&
      file.nameOf(access.row) !== "clear"
    );
  });
}
