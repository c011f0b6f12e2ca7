import { reportCalls, reportWrites } from "./process-state.js";
import type { Rule } from "./rule.js";

const PROCESS = [
  "sys.setrecursionlimit",
  "sys.set_int_max_str_digits",
  "sys.setdlopenflags",
  "threading.settrace_all_threads",
  "threading.setprofile_all_threads",
  "faulthandler.enable",
  "faulthandler.disable",
  "tracemalloc.start",
  "tracemalloc.stop",
];
const THREAD = ["sys.settrace", "sys.setprofile"];
const METHODS = ["append", "insert", "remove", "extend", "pop", "clear"];
const IMPORT_STATE = ["sys.path", "sys.meta_path", "sys.path_hooks"]
  .flatMap((name) => METHODS.map((method) => `${name}.${method}`))
  .concat("sys.modules.pop", "sys.modules.update", "sys.modules.clear");

export const interpreterKnobs: Rule = {
  code: "NG306",
  name: "interpreter-knobs",
  severity: "medium",
  summary: "A setting of the interpreter is changed while threads run.",
  explanation:
    "Recursion limit, integer digits, import paths, faulthandler and tracemalloc are for the process; `settrace` and `setprofile` are for one thread, which surprises in the other direction. A function that changes one and puts it back does so under the feet of all other threads.",
  unsafe:
    "import sys\nimport threading\n\ndef work():\n    sys.setrecursionlimit(10_000)\n\n\ndef start():\n    threading.Thread(target=work).start()\n",
  safe: "import sys\nimport threading\n\nsys.setrecursionlimit(10_000)\n\ndef work():\n    pass\n\ndef start():\n    threading.Thread(target=work).start()\n",
  fix: "Set it once, before the first thread starts.",
  versions: "every version",
  source: "sys, faulthandler and tracemalloc documentation",
  match(context) {
    const fix = "set it once, before the first thread starts";
    reportCalls(context, PROCESS, { effect: "every other thread gets it in the middle of its work", fix });
    reportCalls(context, THREAD, {
      effect: "others are not traced, and those started later neither",
      scope: "this thread alone",
      fix,
    });
    reportWrites(context, ["sys.path", "sys.meta_path", "sys.path_hooks", "sys.modules"], {
      effect: "imports of other threads see it half changed",
      fix,
    });
    reportCalls(context, IMPORT_STATE, { effect: "imports of other threads see it half changed", fix });
  },
};
