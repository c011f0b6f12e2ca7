import { EventFlag, Op } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

const CALLBACK =
  /^_?(?:on_[a-z]\w*|\w*callback|\w*_cb|cb|set_result|set_exception|emit|fire_\w+|notify_(?:listeners|observers|subscribers))$/;

export const callbackUnderLock: Rule = {
  code: "NG412",
  name: "callback-under-lock",
  severity: "medium",
  summary: "Foreign code is called while a lock that is not re-entrant is held.",
  explanation:
    "Nobody knows what a callback does. If it calls back into this object, it waits for the lock that its own thread holds; if it takes another lock, an order of locks comes into being that nobody planned.",
  unsafe:
    "import threading\n\nclass Bus:\n    def __init__(self, callback):\n        self.lock = threading.Lock()\n        self.callback = callback\n\n    def send(self, event):\n        with self.lock:\n            self.callback(event)\n",
  safe: "import threading\n\nclass Bus:\n    def __init__(self, callback):\n        self.lock = threading.Lock()\n        self.callback = callback\n\n    def send(self, event):\n        with self.lock:\n            callback = self.callback\n        callback(event)\n",
  fix: "Collect under the lock, call after releasing it.",
  versions: "every version",
  source: "py-free-threading guide",
  match(context) {
    for (const info of context.project.functions) {
      const { file } = info;
      if (file.isTest) continue;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        const op = file.op(row);
        const name =
          op === Op.Method ? file.nameOf(row) : op === Op.Call ? file.pathName(file.pathOf(row)) : "";
        if (name === "" || !CALLBACK.test(name) || file.has(row, EventFlag.ImportTime)) continue;
        const entity = context.project.entity(file, row);
        // A method of the project is known, and NG404 and NG405 look into it.
        if (entity.kind === "function" || entity.kind === "class") continue;
        const lock = context.locks
          .ownLocks(file, row)
          .find(
            (each) =>
              context.locks.isKnownLock(each) &&
              !context.locks.isReentrant(each) &&
              !context.locks.isAsyncLock(each),
          );
        if (lock === undefined) continue;
        context.report({
          function: info,
          row,
          message: `${name}() is foreign code and runs while ${lock.text} is held: if it comes back to this object, the thread waits for itself`,
          fix: "collect under the lock and call after releasing it",
          evidence: evidenceOf("T2", `${lock.text} is a lock, so threads are meant to meet here`),
        });
      }
    }
  },
};
