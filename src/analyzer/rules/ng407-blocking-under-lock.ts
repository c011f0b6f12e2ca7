import { Op } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

const BLOCKING =
  /^(?:time\.sleep|subprocess\.(?:run|call|check_call|check_output)|requests\.(?:get|post|put|delete|head|patch|request)|urllib\.request\.urlopen|socket\.create_connection|os\.system|input)$/;

export const blockingUnderLock: Rule = {
  code: "NG407",
  name: "blocking-under-lock",
  severity: "performance",
  summary: "Something slow is done while a lock is held.",
  explanation:
    "Everybody who needs the lock waits as long as the call takes: a pause, a process, an answer from the network. Threads that could run side by side stand in a row.",
  unsafe:
    "import threading\nimport time\n\n_lock = threading.Lock()\n\ndef poll():\n    with _lock:\n        time.sleep(1)\n",
  safe: "import threading\nimport time\n\n_lock = threading.Lock()\n\ndef poll():\n    time.sleep(1)\n    with _lock:\n        pass\n",
  fix: "Do the slow part before or after the section.",
  versions: "every version",
  source: "py-free-threading guide",
  match(context) {
    for (const info of context.project.functions) {
      const { file } = info;
      if (file.isTest) continue;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        if (file.op(row) !== Op.Call) continue;
        const called = context.project.entity(file, row);
        if (called.kind !== "foreign" || !BLOCKING.test(called.dotted)) continue;
        const lock = context.locks.ownLocks(file, row).find((each) => context.locks.isKnownLock(each));
        if (lock === undefined || context.locks.isAsyncLock(lock)) continue;
        context.report({
          function: info,
          row,
          message: `${called.dotted}() runs while ${lock.text} is held: every thread that needs the lock waits for it`,
          fix: "move the call out of the section",
          evidence: evidenceOf("T2", `${lock.text} is a lock, so threads are meant to meet here`),
        });
      }
    }
  },
};
