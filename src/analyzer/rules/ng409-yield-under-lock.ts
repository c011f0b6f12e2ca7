import { FunctionFlag, Op } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

export const yieldUnderLock: Rule = {
  code: "NG409",
  name: "yield-under-lock",
  severity: "medium",
  summary: "A generator yields while it holds a lock.",
  explanation:
    "The lock stays held until the consumer asks for the next element, which may be much later, or never: a generator that is abandoned half way releases its lock when it is collected.",
  unsafe:
    "import threading\n\n_lock = threading.Lock()\n_rows = []\n\ndef rows():\n    with _lock:\n        for row in _rows:\n            yield row\n",
  safe: "import threading\n\n_lock = threading.Lock()\n_rows = []\n\ndef rows():\n    with _lock:\n        found = list(_rows)\n    yield from found\n",
  fix: "Copy under the lock and yield from the copy.",
  versions: "every version",
  source: "Python language reference, generator-iterator methods",
  match(context) {
    for (const info of context.project.functions) {
      const { file } = info;
      if (
        file.isTest ||
        info.is(FunctionFlag.ContextManager) ||
        !info.is(FunctionFlag.Generator) ||
        info.isAsync
      )
        continue;
      // A decorator of any kind may make a context manager or fixture of it.
      if (info.summary.decorators.length > 0) continue;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        if (file.op(row) !== Op.Yield) continue;
        const lock = context.locks.ownLocks(file, row).find((each) => context.locks.isKnownLock(each));
        if (lock === undefined) continue;
        context.report({
          function: info,
          row,
          message: `${info.qualifiedName} yields while it holds ${lock.text}: the lock is held until the consumer goes on, if it ever does`,
          fix: "copy under the lock and yield from the copy",
          evidence: evidenceOf("T2", `${lock.text} is a lock, so threads are meant to meet here`),
        });
        break;
      }
    }
  },
};
