import type { Rule } from "./rule.js";
import { unlockedUpdates } from "./updates.js";

export const rmwClassAttr: Rule = {
  code: "NG102",
  name: "rmw-class-attr",
  severity: "high",
  summary: "An attribute of a class is read, changed and written back without a lock.",
  explanation:
    "The attribute belongs to the class, so every instance in every thread changes the same one. `Cls.n += 1` is a read, an addition and a write: two threads that read the same old value lose one update, and numbers meant to be unique come twice.",
  unsafe:
    "class Task:\n    created = 0\n\n    def start(self):\n        Task.created += 1\n        self.number = Task.created\n",
  safe: "import itertools\n\nclass Task:\n    numbers = itertools.count()\n\n    def start(self):\n        self.number = next(Task.numbers)\n",
  fix: "Update it under a lock of the class; for unique numbers, `next()` of an `itertools.count` is atomic.",
  versions: "every version; far more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const { function: info, row, variable, related } of unlockedUpdates(context, "class")) {
      context.report({
        function: info,
        row,
        message: `${variable.text} belongs to the class and is updated without a lock: two threads read the same old value and one update is lost`,
        fix: `hold a lock of the class around every change of ${variable.text}, or draw numbers from an itertools.count`,
        evidence: context.evidence(variable, info),
        related,
      });
    }
  },
};
