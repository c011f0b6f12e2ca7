import type { FunctionInfo } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import { acquisitionsOf, locksTakenBy } from "./acquisitions.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";

const FINALISER_CALL = /^(?:weakref\.(?:ref|finalize|proxy)|finalize|gc\.callbacks\.append)$/;

export const lockInFinaliser: Rule = {
  code: "NG408",
  name: "lock-in-finaliser",
  severity: "critical",
  summary: "A lock is taken in `__del__` or a weakref callback, and in ordinary code too.",
  explanation:
    "Finalisers run whenever an object dies, also in the middle of a section that holds the very lock, in the same thread: it then waits for itself. Garbage collection makes the moment impossible to foresee.",
  unsafe:
    "import threading\n\n_lock = threading.Lock()\n_open = set()\n\nclass Handle:\n    def register(self):\n        with _lock:\n            _open.add(id(self))\n\n    def __del__(self):\n        with _lock:\n            _open.discard(id(self))\n",
  safe: "import queue\nimport threading\n\n_lock = threading.Lock()\n_open = set()\n_gone = queue.SimpleQueue()\n\nclass Handle:\n    def register(self):\n        with _lock:\n            _open.add(id(self))\n\n    def __del__(self):\n        _gone.put(id(self))\n",
  fix: "Put a note into a queue.SimpleQueue, whose put is re-entrant, and tidy up later.",
  versions: "every version",
  source: "queue documentation (SimpleQueue), data model (__del__)",
  match(context) {
    const taken = locksTakenBy(context);
    for (const [finaliser, how] of finalisers(context)) {
      for (const lock of taken.get(finaliser) ?? []) {
        if (context.locks.isReentrant(lock) || !context.locks.isKnownLock(lock)) continue;
        const own = acquisitionsOf(context)
          .get(finaliser)
          ?.find((each) => each.lock === lock);
        const other = [...acquisitionsOf(context).values()]
          .flat()
          .find((each) => each.lock === lock && each.function !== finaliser);
        if (other === undefined || finaliser.firstRow >= finaliser.lastRow) continue;
        context.report({
          function: finaliser,
          row: own?.row ?? finaliser.firstRow,
          message: `${finaliser.qualifiedName} is ${how} and takes ${lock.text}, which ${other.function.qualifiedName} holds when an object may die: the thread waits for itself`,
          fix: "put a note into a queue.SimpleQueue and tidy up later",
          evidence: evidenceOf("T2", "a finaliser interrupts whatever the thread is doing"),
          related: [{ ...other, message: "held here" }],
        });
        break;
      }
    }
  },
};

function finalisers(context: RuleContext): Map<FunctionInfo, string> {
  const found = new Map<FunctionInfo, string>();
  for (const info of context.project.functions) {
    const { file } = info;
    if (file.isTest) continue;
    if (info.name === "__del__" && info.owner !== undefined) found.set(info, "run when an object dies");
    for (let row = info.firstRow; row < info.lastRow; row++) {
      if (file.op(row) !== Op.Pass || !FINALISER_CALL.test(file.nameOf(row)) || file.keyText(row) === "#0")
        continue;
      const entity = context.project.entity(file, row);
      if (entity.kind === "function") found.set(entity.function, "a weakref callback");
    }
  }
  return found;
}
