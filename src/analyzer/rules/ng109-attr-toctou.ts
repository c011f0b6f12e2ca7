import type { FunctionInfo } from "../calls/index.js";
import { EventFlag, Op, Test, Value } from "../summaries/index.js";
import type { RelatedEvent, RuleContext } from "./context.js";
import { isCovered, isHandled, isNullified, outcomeAt } from "./flow.js";
import type { Rule } from "./rule.js";
import type { Sequence } from "./sequences.js";

const PRESENCE_TESTS = new Set([Test.IsNone, Test.Truth, Test.HasAttribute]);

export const attrToctou: Rule = {
  code: "NG109",
  name: "attr-toctou",
  severity: "high",
  summary: "An attribute is tested and then read again, while another method sets it to None.",
  explanation:
    "Each mention of `self.x` is a read of its own. `if self.x is not None: self.x.close()` reads twice, and when another thread sets the attribute to None in between, the second read gives None and AttributeError follows.",
  unsafe:
    "class Client:\n    connection = None\n\n    def send(self, data):\n        if self.connection is not None:\n            self.connection.send(data)\n\n    def close(self):\n        self.connection = None\n",
  safe: "class Client:\n    connection = None\n\n    def send(self, data):\n        connection = self.connection\n        if connection is not None:\n            connection.send(data)\n\n    def close(self):\n        self.connection = None\n",
  fix: "Read it once into a local and use the local, or hold one lock in both methods.",
  versions: "every version; more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const sequence of context.sequences) {
      const { variable } = sequence;
      if (variable.text.endsWith("[]") || !isNullified(variable)) continue;
      inspect(context, sequence);
    }
  },
};

function inspect(context: RuleContext, sequence: Sequence): void {
  const { function: info, variable, rows, uses } = sequence;
  const { file } = info;
  const derefs = [...rows.filter((row) => isDeref(info, row)), ...uses].sort((left, right) => left - right);
  for (const check of rows) {
    const isTest = file.op(check) === Op.Test && PRESENCE_TESTS.has(file.detail(check));
    const isEarlierRead = file.op(check) === Op.Pass && file.nameOf(check) !== "";
    if ((!isTest && !isEarlierRead) || file.has(check, EventFlag.ViaLocal)) continue;
    const use = derefs.find(
      (row) =>
        row > check &&
        !file.has(row, EventFlag.ViaLocal) &&
        (isTest ? outcomeAt(file, check, row) === "true" : isInReach(info, check, row)) &&
        !wasAssigned(info, rows, check, row),
    );
    if (use === undefined || isCovered(context.locks, info, check, use)) continue;
    if (isHandled(file, use, "AttributeError", "TypeError")) continue;
    const writer = writerOf(context, sequence);
    if (writer === undefined) continue;
    context.report({
      function: info,
      row: check,
      message: `${variable.text} is tested here and read again at line ${file.line(use)}, but ${writer.function.qualifiedName} sets it to None at line ${writer.function.file.line(writer.row)}: in between it may have become None`,
      fix: `bind it once (${shortName(variable.text)} = ${variable.text}) and use the local`,
      evidence: context.evidence(variable, info),
      related: [{ function: info, row: use, message: "read a second time here" }, writer],
    });
    return;
  }
}

function isDeref(info: FunctionInfo, row: number): boolean {
  const op = info.file.op(row);
  return op === Op.Method || op === Op.Call || op === Op.ItemRead || op === Op.ItemWrite || op === Op.Iterate;
}

function isInReach(info: FunctionInfo, first: number, second: number): boolean {
  const { file } = info;
  return file.isInside(file.blockOf(second), file.blockOf(first)) && file.op(second) === Op.Call;
}

/** The function itself gave it a value after the test. */
function wasAssigned(info: FunctionInfo, rows: readonly number[], check: number, use: number): boolean {
  return rows.some((row) => row > check && row < use && info.file.op(row) === Op.Write);
}

/** Where it becomes None, other than right after the use in the same function. */
function writerOf(context: RuleContext, { function: info, variable }: Sequence): RelatedEvent | undefined {
  let own: RelatedEvent | undefined;
  for (const access of variable.accesses) {
    if (context.isBeforeSharing(access)) continue;
    const { file } = access.function;
    const op = file.op(access.row);
    const nullifies = op === Op.Delete || (op === Op.Write && file.detail(access.row) === Value.None);
    if (!nullifies) continue;
    const related = { function: access.function, row: access.row, message: "becomes None here" };
    if (access.function !== info) return related;
    own ??= related;
  }
  return own;
}

function shortName(text: string): string {
  return text.slice(text.lastIndexOf(".") + 1).replace(/^_+/, "");
}
