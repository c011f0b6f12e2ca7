import { reportCalls, reportWrites } from "./process-state.js";
import type { Rule } from "./rule.js";

const CALLS = [
  "os.putenv",
  "os.unsetenv",
  "os.reload_environ",
  "os.environ.update",
  "os.environ.pop",
  "os.environ.setdefault",
  "os.environ.clear",
];

export const environ: Rule = {
  code: "NG303",
  name: "environ",
  severity: "medium",
  summary: "Environment variables are changed while threads run.",
  explanation:
    "`os.environ` and the C library's table behind it belong to the process. Other threads and the child processes that they start see the change; C code that calls `getenv` meanwhile may read freed memory; a copy of `os.environ` in another thread raises KeyError or RuntimeError.",
  unsafe:
    'import os\nimport threading\n\ndef work():\n    os.environ["TZ"] = "UTC"\n\n\ndef start():\n    threading.Thread(target=work).start()\n',
  safe: 'import subprocess\nimport threading\n\ndef work():\n    subprocess.run(["date"], env={"TZ": "UTC"})\n\n\ndef start():\n    threading.Thread(target=work).start()\n',
  fix: "Pass `env=` to the child process, or set variables before the first thread starts.",
  versions: "every version; not fixed by 3.14, whose documentation warns of it",
  source: "os documentation (os.environ, os.putenv, 3.14 warning)",
  match(context) {
    const change = {
      effect:
        "other threads and their child processes see it, and C code that reads the environment meanwhile may crash",
      fix: "pass env= to the child process, or set it before the first thread starts",
    };
    reportWrites(context, ["os.environ", "os.environb"], change);
    reportCalls(context, CALLS, change);
  },
};
