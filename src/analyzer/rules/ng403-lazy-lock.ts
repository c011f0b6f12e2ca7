import { EventFlag, Op, Value } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

export const lazyLock: Rule = {
  code: "NG403",
  name: "lazy-lock",
  severity: "high",
  summary: "A lock is made on first use, or replaced while threads may hold the old one.",
  explanation:
    "Two threads that make the lock at the same time take two different ones, and both enter. A lock has to be there before the first thread is.",
  unsafe:
    'import threading\n\nclass Store:\n    def save(self, item):\n        if not hasattr(self, "_lock"):\n            self._lock = threading.Lock()\n        with self._lock:\n            write(item)\n',
  safe: "import threading\n\nclass Store:\n    def __init__(self):\n        self._lock = threading.Lock()\n\n    def save(self, item):\n        with self._lock:\n            write(item)\n",
  fix: "Make it in `__init__` or at module level.",
  versions: "every version",
  source: "threading documentation",
  match(context) {
    for (const variable of context.project.variables) {
      if (!context.locks.isKnownLock(variable) || context.locks.isAsyncLock(variable)) continue;
      if (variable.kind !== "attribute" && variable.kind !== "global") continue;
      for (const access of variable.accesses) {
        const { function: info, row } = access;
        const { file } = info;
        if (
          file.op(row) !== Op.Write ||
          file.detail(row) !== Value.Call ||
          file.has(row, EventFlag.ImportTime)
        )
          continue;
        if (!/(?:R?Lock|Condition|Semaphore)$/.test(file.nameOf(row)) || info.file.isTest) continue;
        const isConstruction =
          info.isConstructor ||
          info.isConstruction ||
          /^(?:__new__|_?init\w*|_?reset\w*|_?setup\w*|\w*after_fork\w*|\w*fork\w*|open|start|copy|__copy__|__deepcopy__|_?reinit\w*|from_\w+)$/.test(
            info.name,
          );
        if (isConstruction && (variable.kind === "attribute" || !info.isConstructor)) continue;
        if (context.locks.heldAt(info, row).length > 0) continue;
        context.report({
          function: info,
          row,
          message: `${variable.text} is made in ${info.qualifiedName}, when threads may already need it: two of them make and take two different locks`,
          fix: variable.kind === "attribute" ? "make it in __init__" : "make it at module level",
          evidence: evidenceOf("T2", `${variable.text} is a lock, so threads are meant to meet here`),
        });
      }
    }
  },
};
