import { EventFlag, Op } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

const LOCK = /^(?:threading|multiprocessing)\.(?:R?Lock|Condition|(?:Bounded)?Semaphore)$/;

export const lockPerCall: Rule = {
  code: "NG402",
  name: "lock-per-call",
  severity: "high",
  summary: "A lock is made in the function that takes it: every call has a lock of its own.",
  explanation:
    "A lock keeps out only those who take the same one. Made in the function, each call makes a new one, takes it at once and excludes nobody.",
  unsafe:
    "import threading\n\ntotal = 0\n\ndef add(value):\n    global total\n    lock = threading.Lock()\n    with lock:\n        total += value\n",
  safe: "import threading\n\ntotal = 0\n_lock = threading.Lock()\n\ndef add(value):\n    global total\n    with _lock:\n        total += value\n",
  fix: "Make the lock once, beside what it protects.",
  versions: "every version",
  source: "pylint W2101, ruff PLW2101",
  match(context) {
    for (const info of context.project.functions) {
      if (info.file.isTest || info.isModule) continue;
      const { file } = info;
      if (context.project.entries.some((entry) => entry.start?.caller === info)) continue;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        if (!file.has(row, EventFlag.Entered)) continue;
        const made = file.op(row) === Op.Call ? row : file.pathOf(row) === 0 ? file.origin(row) : 0;
        if (made === 0 || file.op(made) !== Op.Call) continue;
        const called = context.project.entity(file, made);
        if (called.kind !== "foreign" || !LOCK.test(called.dotted)) continue;
        context.report({
          function: info,
          row,
          message: `the lock is made by this very call of ${info.qualifiedName}: no other thread ever takes it, so it keeps nobody out`,
          fix: "make the lock once, beside what it protects",
          evidence: evidenceOf(
            "T2",
            `${info.qualifiedName} takes a lock, so it is meant to be called by several threads`,
          ),
          ...(made === row ? {} : { related: [{ function: info, row: made, message: "made here" }] }),
        });
      }
    }
  },
};
