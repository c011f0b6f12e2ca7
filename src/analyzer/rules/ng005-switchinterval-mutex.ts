import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

/** Ten times the default: longer ones are meant to keep others out. */
const LONGEST_HARMLESS_S = 0.05;

export const switchintervalMutex: Rule = {
  code: "NG005",
  name: "switchinterval-mutex",
  severity: "high",
  summary: "`sys.setswitchinterval` with a large value is used to keep other threads out.",
  explanation:
    "The interval says how long a thread keeps the GIL. Without a GIL nobody waits for it: all threads run at once whatever the interval is, and what it was to protect is unprotected. Small values, as tests use them to provoke races, are not reported.",
  unsafe:
    "import sys\n\n_total = 0\n\ndef add(n):\n    global _total\n    sys.setswitchinterval(1000)\n    _total += n\n    sys.setswitchinterval(0.005)\n",
  safe: "import threading\n\n_total = 0\n_lock = threading.Lock()\n\ndef add(n):\n    global _total\n    with _lock:\n        _total += n\n",
  fix: "Use a lock.",
  versions: "3.13t and newer",
  source:
    "sys documentation (setswitchinterval); verified: 403,965 of 800,000 updates lost at an interval of 1000 s on 3.13t",
  appliesTo: ({ freeThreaded }) => freeThreaded,
  match(context) {
    for (const { caller: info, row } of context.project.foreignCalls.get("sys.setswitchinterval") ?? []) {
      const seconds = Number(info.file.keyText(row).replaceAll("_", ""));
      if (info.file.isTest || !(seconds > LONGEST_HARMLESS_S)) continue;
      context.report({
        function: info,
        row,
        message: `an interval of ${seconds} s keeps no thread out: without the GIL all run at once`,
        fix: "use a lock",
        evidence: evidenceOf("T1", "the interval is a setting of the whole process, about its threads"),
      });
    }
  },
};
