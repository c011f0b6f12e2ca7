import { reportCalls } from "./process-state.js";
import type { Rule } from "./rule.js";

export const gcTuningAssumption: Rule = {
  code: "NG008",
  name: "gc-tuning-assumption",
  severity: "low",
  summary: "The garbage collector is switched or reference counts are read while threads run.",
  explanation:
    "`gc.disable` is for the process, and two functions that switch it off and on again leave it in a state that neither wanted. Without the GIL counts are kept in two parts, some objects are never counted, and objects live until the next collection: `sys.getrefcount` says little, and a file or lock that waits for `__del__` waits longer. Reliance on prompt `__del__`, on weak references dying at once and on `id()` values cannot be seen in the source: that an object was meant to die there is in nobody's code.",
  unsafe:
    "import gc\nimport threading\n\ndef work(rows):\n    gc.disable()\n    try:\n        return sorted(rows)\n    finally:\n        gc.enable()\n\ndef start(rows):\n    threading.Thread(target=work, args=(rows,)).start()\n",
  safe: "import gc\nimport threading\n\ngc.freeze()\n\ndef work(rows):\n    return sorted(rows)\n\ndef start(rows):\n    threading.Thread(target=work, args=(rows,)).start()\n",
  fix: "Set the collector up once at start-up; close files and locks with `with`.",
  versions: "3.13t and newer; the switch on every version",
  source: "free-threading how-to (objects live longer); gc documentation",
  match(context) {
    reportCalls(
      context,
      ["gc.disable", "gc.enable", "gc.freeze", "gc.unfreeze", "gc.set_threshold", "gc.callbacks.append"],
      {
        effect: "other threads rely on the collector, or switch it too",
        fix: "set the collector up once, at start-up",
      },
    );
    reportCalls(context, ["sys.getrefcount"], {
      effect:
        "without the GIL the count is put together from several, and some objects are not counted at all",
      fix: "do not decide by reference counts",
    });
  },
};
