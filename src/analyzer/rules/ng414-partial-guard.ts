import { EventFlag, Op } from "../summaries/index.js";
import { isCovered } from "./flow.js";
import type { Rule } from "./rule.js";

export const partialGuard: Rule = {
  code: "NG414",
  name: "partial-guard",
  severity: "high",
  summary: "The write of a read-modify-write is locked, the read before it is not.",
  explanation:
    "`n = self.n` outside, `with lock: self.n = n + 1` inside: when the lock is taken, the value that was read may be old. The lock makes the store safe, which it was anyway, and the update is lost all the same.",
  unsafe:
    "import threading\n\nclass Stats:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.hits = 0\n\n    def hit(self):\n        hits = self.hits\n        with self.lock:\n            self.hits = hits + 1\n",
  safe: "import threading\n\nclass Stats:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.hits = 0\n\n    def hit(self):\n        with self.lock:\n            self.hits = self.hits + 1\n",
  fix: "Read under the same lock.",
  versions: "every version",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const { function: info, variable, rows } of context.sequences) {
      const { file } = info;
      for (const write of rows) {
        const op = file.op(write);
        if ((op !== Op.Write && op !== Op.ItemWrite) || !file.has(write, EventFlag.FromStaleLocal)) continue;
        if (context.locks.regionsAt(file, write).length === 0) continue;
        const read = rows.findLast(
          (row) =>
            row < write &&
            !file.has(row, EventFlag.ViaLocal) &&
            (file.op(row) === Op.Read || file.op(row) === Op.ItemRead),
        );
        if (read === undefined || isCovered(context.locks, info, read, write)) continue;
        context.report({
          function: info,
          row: write,
          message: `${variable.text} is written under a lock, but from the value read at line ${file.line(read)} without it: an update in between is lost`,
          fix: "read it under the same lock, in the same section",
          evidence: context.evidence(variable, info),
          related: [{ function: info, row: read, message: "read here, before the lock" }],
        });
      }
    }
  },
};
