import { BlockKind, EventFlag, Op } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

const CONDITION = /(?:^|\.)Condition$/;

export const conditionNoLoop: Rule = {
  code: "NG410",
  name: "condition-no-loop",
  severity: "high",
  summary: "`Condition.wait()` stands outside a loop: what it waited for may be gone when it returns.",
  explanation:
    "Between the notify and the moment the waiter has the lock again, another thread can take what was put there, and a wait can also return without any notify. Only a test in a loop knows.",
  unsafe:
    "import threading\n\n_ready = threading.Condition()\n_items = []\n\ndef take():\n    with _ready:\n        if not _items:\n            _ready.wait()\n        return _items.pop()\n",
  safe: "import threading\n\n_ready = threading.Condition()\n_items = []\n\ndef take():\n    with _ready:\n        _ready.wait_for(lambda: _items)\n        return _items.pop()\n",
  fix: "Use `wait_for(predicate)`, or `while not predicate: wait()`.",
  versions: "every version",
  source: "threading documentation (Condition objects)",
  match(context) {
    for (const variable of context.project.variables) {
      if (![...variable.types].some((type) => CONDITION.test(type)) || context.locks.isAsyncLock(variable))
        continue;
      for (const { function: info, row } of variable.accesses) {
        const { file } = info;
        if (file.op(row) !== Op.Method || file.nameOf(row) !== "wait" || file.isTest) continue;
        if (file.enclosing(file.blockOf(row), BlockKind.While) !== 0) continue;
        // A bare wait with a timeout is a pause, and its result a test.
        if (!file.has(row, EventFlag.Discarded) || !file.has(row, EventFlag.NoArguments)) continue;
        context.report({
          function: info,
          row,
          message: `${variable.text}.wait() is not in a loop: when it returns, another thread may have taken what it waited for`,
          fix: `${variable.text}.wait_for(lambda: …)`,
          evidence: evidenceOf("T2", `${variable.text} is a condition, so threads are meant to meet here`),
        });
      }
    }
  },
};
