import { EventFlag, Op } from "../summaries/index.js";
import type { Rule } from "./rule.js";
import { unlockedUpdates } from "./updates.js";

export const rmwGlobal: Rule = {
  code: "NG101",
  name: "rmw-global",
  severity: "high",
  summary: "A module-level number or value is read, changed and written back without a lock.",
  explanation:
    "`n += 1` is a read, an addition and a write. Two threads that read the same old value both write the same new one, and one update is lost. With the GIL the window was small; without it, of 800,000 increments by two threads about a third were lost in the project's measurement.",
  unsafe: "counter = 0\n\ndef hit():\n    global counter\n    counter += 1\n",
  safe: "import threading\n\ncounter = 0\n_lock = threading.Lock()\n\ndef hit():\n    global counter\n    with _lock:\n        counter += 1\n",
  fix: "Do it under a lock; for unique numbers, `next()` of an `itertools.count` is atomic.",
  versions: "every version; far more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const update of unlockedUpdates(context, "global")) {
      const { function: info, row, variable } = update;
      const computed = info.file.op(row) === Op.Write && info.file.has(row, EventFlag.FromOldValue);
      context.report({
        function: info,
        row,
        message: `${variable.text} is ${computed ? "computed from its old value" : "incremented"} without a lock: two threads in ${info.qualifiedName} read the same old value and one update is lost`,
        fix: `hold one lock around every change of ${variable.text}, or draw numbers from an itertools.count`,
        evidence: context.evidence(variable, info),
        related: update.related,
      });
    }
  },
};
