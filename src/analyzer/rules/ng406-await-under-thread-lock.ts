import { Op } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

export const awaitUnderThreadLock: Rule = {
  code: "NG406",
  name: "await-under-thread-lock",
  severity: "critical",
  summary: "A coroutine awaits while it holds a threading lock.",
  explanation:
    "While it waits, other coroutines of the same loop run. The first of them that takes the lock blocks the thread of the loop, and the one that holds it never runs again to release it.",
  unsafe:
    "import threading\n\n_lock = threading.Lock()\n\nasync def save(item):\n    with _lock:\n        await store(item)\n",
  safe: "import asyncio\n\n_lock = asyncio.Lock()\n\nasync def save(item):\n    async with _lock:\n        await store(item)\n",
  fix: "Use asyncio.Lock, or release the lock before awaiting.",
  versions: "every version",
  source: "asyncio documentation, developing with asyncio",
  match(context) {
    for (const info of context.project.functions) {
      if (!info.isAsync || info.file.isTest) continue;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        if (info.file.op(row) !== Op.Await) continue;
        const lock = context.locks
          .ownLocks(info.file, row)
          .find((each) => context.locks.isKnownLock(each) && !context.locks.isAsyncLock(each));
        if (lock === undefined) continue;
        const types = [...lock.types].join(" ");
        if (!/threading\.|^(?:R?Lock|Condition|Semaphore)$/.test(types)) continue;
        context.report({
          function: info,
          row,
          message: `${info.qualifiedName} awaits while it holds ${lock.text}, a lock of threads: another coroutine that takes it blocks the loop for ever`,
          fix: "use asyncio.Lock with `async with`, or release the lock before awaiting",
          evidence: evidenceOf("T2", `${lock.text} is taken in a coroutine`),
        });
        break;
      }
    }
  },
};
