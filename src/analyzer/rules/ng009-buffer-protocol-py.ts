import { EventFlag, Op } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

const METHODS = new Set(["__buffer__", "__release_buffer__"]);

export const bufferProtocolPy: Rule = {
  code: "NG009",
  name: "buffer-protocol-py",
  severity: "medium",
  summary: "`__buffer__` or `__release_buffer__` counts its exports without a lock.",
  explanation:
    "Any thread may take a memoryview of the object or let one go at any time. A plain counter loses updates there, and the memory is freed while a view still uses it, or never.",
  unsafe:
    "class Block:\n    def __init__(self):\n        self.data = bytearray(8)\n        self.exports = 0\n\n    def __buffer__(self, flags):\n        self.exports += 1\n        return memoryview(self.data)\n\n    def __release_buffer__(self, view):\n        self.exports -= 1\n",
  safe: "import threading\n\nclass Block:\n    def __init__(self):\n        self.data = bytearray(8)\n        self.exports = 0\n        self.lock = threading.Lock()\n\n    def __buffer__(self, flags):\n        with self.lock:\n            self.exports += 1\n        return memoryview(self.data)\n\n    def __release_buffer__(self, view):\n        with self.lock:\n            self.exports -= 1\n",
  fix: "Hold one lock in both methods.",
  versions: "3.12 and newer; the requirement is documented from 3.15",
  source: "data model (emulating buffer types), documentation of 3.15",
  match(context) {
    for (const info of context.project.functions) {
      if (info.owner === undefined || info.file.isTest || !METHODS.has(info.name)) continue;
      const { file } = info;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        const op = file.op(row);
        const counts =
          op === Op.Update ||
          op === Op.ItemUpdate ||
          (op === Op.Write && file.has(row, EventFlag.FromOldValue));
        if (!counts || context.locks.heldAt(info, row).length > 0) continue;
        context.report({
          function: info,
          row,
          message: `${info.qualifiedName} counts exports without a lock, and any thread may take or let go a view: counts get lost`,
          fix: "hold one lock in __buffer__ and __release_buffer__",
          evidence: evidenceOf("T1", `any thread may take a memoryview of a ${info.owner.name}`),
        });
      }
    }
  },
};
