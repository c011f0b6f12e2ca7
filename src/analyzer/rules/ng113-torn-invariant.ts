import type { Access, FunctionInfo, Variable } from "../calls/index.js";
import { EventFlag, Op, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { commonBlock } from "./flow.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently, isSynchronised } from "./shared-state.js";

/** Lines between two writes that belong together. */
const MAX_DISTANCE = 6;

export const tornInvariant: Rule = {
  code: "NG113",
  name: "torn-invariant",
  severity: "high",
  summary:
    "Fields that belong together are written one after the other without a lock, and read together elsewhere.",
  explanation:
    "A reader that runs between the two writes sees the new value of the first field with the old value of the second. Fields that are always written together are one value: store them as one tuple, or keep writer and reader apart with a lock.",
  unsafe:
    "import threading\n\nclass Sensor:\n    def __init__(self):\n        self.value = 0\n        self.stamp = 0\n        threading.Thread(target=self.poll).start()\n\n    def poll(self):\n        self.value = read()\n        self.stamp = now()\n\n    def reset(self, value):\n        self.value = value\n        self.stamp = now()\n\n    def latest(self):\n        return self.value, self.stamp\n",
  safe: "import threading\n\nclass Sensor:\n    def __init__(self):\n        self.latest_pair = (0, 0)\n        threading.Thread(target=self.poll).start()\n\n    def poll(self):\n        self.latest_pair = (read(), now())\n\n    def reset(self, value):\n        self.latest_pair = (value, now())\n\n    def latest(self):\n        return self.latest_pair\n",
  fix: "Store the fields as one tuple in one assignment, or write and read them under one lock.",
  versions: "every version; more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const owner of context.project.classes) {
      const fields = [...owner.attributes.values()].filter(
        (variable) => variable.owner === owner && canRace(context, variable) && !isSynchronised(variable),
      );
      if (fields.length >= 2) inspect(context, fields);
    }
  },
};

interface Writes {
  readonly variable: Variable;
  /** Unlocked writes by function, while threads may run. */
  readonly byFunction: ReadonlyMap<FunctionInfo, number>;
}

function inspect(context: RuleContext, fields: readonly Variable[]): void {
  const writes: Writes[] = [];
  for (const variable of fields) {
    const byFunction = new Map<FunctionInfo, number>();
    for (const access of variable.accesses)
      if (isFreeWrite(context, variable, access)) byFunction.set(access.function, access.row);
    if (byFunction.size >= 2) writes.push({ variable, byFunction });
  }
  for (let index = 0; index < writes.length; index++) {
    for (const second of writes.slice(index + 1)) {
      if (reportPair(context, writes[index]!, second)) return;
    }
  }
}

function isFreeWrite(context: RuleContext, variable: Variable, { function: info, row }: Access): boolean {
  const { file } = info;
  if (file.op(row) !== Op.Write || file.has(row, EventFlag.ImportTime) || !canRunConcurrently(info, variable))
    return false;
  const kind = file.detail(row);
  if (kind === Value.None || kind === Value.False || kind === Value.True) return false;
  return context.locks.heldAt(info, row).length === 0;
}

function reportPair(context: RuleContext, first: Writes, second: Writes): boolean {
  const together = [...first.byFunction].filter(([info, row]) => {
    const other = second.byFunction.get(info);
    return other !== undefined && areTogether(info, row, other);
  });
  if (together.length < 2) return false;
  const reader = first.variable.accesses.find(
    (access) =>
      isFreeRead(context, access) &&
      !first.byFunction.has(access.function) &&
      second.variable.accesses.some(
        (other) => other.function === access.function && isFreeRead(context, other),
      ),
  );
  if (reader === undefined) return false;
  const [info, row] = together[0]!;
  const other = second.byFunction.get(info)!;
  const evidence = context.evidence(first.variable, info);
  context.report({
    function: info,
    row: Math.min(row, other),
    severity: evidence.tier === "T3" ? "high" : "medium",
    message: `${first.variable.text} and ${second.variable.text} are written one after the other without a lock, and ${reader.function.qualifiedName} reads them together: it can see one new and one old value`,
    fix: "store both as one tuple, or write and read them under one lock",
    evidence,
    related: [
      { function: info, row: Math.max(row, other), message: "the other half is written here" },
      { ...reader, message: "both are read here" },
    ],
    needsEvidence: true,
  });
  return true;
}

function areTogether(info: FunctionInfo, left: number, right: number): boolean {
  const { file } = info;
  const block = commonBlock(file, left, right);
  if (block !== file.blockOf(left) || block !== file.blockOf(right)) return false;
  return (
    Math.abs(file.line(left) - file.line(right)) <= MAX_DISTANCE && file.start(left) !== file.start(right)
  );
}

function isFreeRead(context: RuleContext, { function: info, row }: Access): boolean {
  const op = info.file.op(row);
  if (op === Op.Write || op === Op.Delete || info.isConstructor || /^__(?:repr|str|del)__$/.test(info.name))
    return false;
  return context.locks.heldAt(info, row).length === 0;
}
