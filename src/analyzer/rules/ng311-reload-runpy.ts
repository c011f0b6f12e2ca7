import { reportCalls } from "./process-state.js";
import type { Rule } from "./rule.js";

export const reloadRunpy: Rule = {
  code: "NG311",
  name: "reload-runpy",
  severity: "medium",
  summary: "A module is loaded again, or run, while threads use it.",
  explanation:
    "`importlib.reload` executes the module in the namespace that other threads are using: they see new functions with old state. `runpy` replaces `sys.argv` and entries of `sys.modules` for the time of the run.",
  unsafe:
    "import importlib\nimport json\nimport threading\n\ndef work():\n    importlib.reload(json)\n\n\ndef start():\n    threading.Thread(target=work).start()\n",
  safe: "import json\nimport threading\n\ndef work():\n    print(json.dumps(1))\n\n\ndef start():\n    threading.Thread(target=work).start()\n",
  fix: "Run it in a process of its own, or build a new object instead of a new module.",
  versions: "every version",
  source: "importlib documentation (reload); runpy documentation (thread safety)",
  match(context) {
    reportCalls(context, ["importlib.reload", "imp.reload", "runpy.run_path", "runpy.run_module"], {
      effect: "other threads use the module, or sys.modules and sys.argv, while it is being replaced",
      fix: "run it in a process of its own",
    });
  },
};
