import type { FileView } from "../calls/index.js";
import { EventFlag, Op, RootKind, Value } from "../summaries/index.js";
import { resizes } from "./mutations.js";
import type { Rule } from "./rule.js";
import { canRace } from "./shared-state.js";

const CONTAINERS = new Set([
  Value.EmptyDict,
  Value.EmptyList,
  Value.EmptySet,
  Value.Dict,
  Value.List,
  Value.Set,
]);

export const sharedMutableDefault: Rule = {
  code: "NG119",
  name: "shared-mutable-default",
  severity: "medium",
  summary: "A list, dict or set in the body of a class is changed through `self`: all instances share it.",
  explanation:
    "It looks like state of the instance and is state of the class. Every instance, in every thread, changes the same container, so even objects that each belong to one thread race.",
  unsafe: "class Job:\n    results = []\n\n    def done(self, value):\n        self.results.append(value)\n",
  safe: "class Job:\n    def __init__(self):\n        self.results = []\n\n    def done(self, value):\n        self.results.append(value)\n",
  fix: "Make it in `__init__`; if sharing is meant, change it through the class and under a lock.",
  versions: "every version",
  source: "ruff RUF012, flake8-bugbear B006",
  match(context) {
    for (const variable of context.shared) {
      if (variable.kind !== "attribute" || !variable.isInClassBody || variable.isOnInstance) continue;
      if (variable.container !== undefined || !canRace(context, variable)) continue;
      const made = variable.accesses.find(
        ({ function: { file }, row }) =>
          file.op(row) === Op.Write && file.has(row, EventFlag.ClassBody) && CONTAINERS.has(file.detail(row)),
      );
      if (made === undefined || made.function.file.isTest) continue;
      const change = variable.accesses.find(
        (access) =>
          resizes(access) &&
          isThroughSelf(access.function.file, access.row) &&
          context.locks.heldAt(access.function, access.row).length === 0,
      );
      if (change === undefined || change.function.file.isTest) continue;
      context.report({
        ...change,
        message: `${variable.text} is one container for all instances of ${variable.owner!.name}, and ${change.function.qualifiedName} changes it as if it were its own`,
        fix: "make the container in __init__",
        evidence: context.evidence(variable, change.function),
        related: [{ ...made, message: "made once, in the body of the class" }],
      });
    }
  },
};

function isThroughSelf(file: FileView, row: number): boolean {
  return file.pathKind(file.pathOwner(file.pathOf(row))) === RootKind.Self;
}
