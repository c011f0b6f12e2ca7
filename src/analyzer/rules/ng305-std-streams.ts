import { reportCalls, reportWrites } from "./process-state.js";
import type { Rule } from "./rule.js";

export const stdStreams: Rule = {
  code: "NG305",
  name: "std-streams",
  severity: "high",
  summary: "`sys.stdout` or another standard stream is replaced while threads run.",
  explanation:
    "There is one `sys.stdout`. What other threads print meanwhile goes into the replacement, and two overlapping redirections leave the stream redirected for good.",
  unsafe:
    "import contextlib\nimport io\nimport threading\n\ndef work():\n    with contextlib.redirect_stdout(io.StringIO()):\n        print(1)\n\n\ndef start():\n    threading.Thread(target=work).start()\n",
  safe: "import io\nimport threading\n\ndef work():\n    print(1, file=io.StringIO())\n\n\ndef start():\n    threading.Thread(target=work).start()\n",
  fix: "Pass the stream as an argument: `print(…, file=stream)`.",
  versions: "every version",
  source: "contextlib documentation (redirect_stdout: not suitable for threads)",
  match(context) {
    const change = {
      effect:
        "what other threads print meanwhile goes there too, and overlapping redirections leave it redirected",
      fix: "pass the stream as an argument",
    };
    reportCalls(context, ["contextlib.redirect_stdout", "contextlib.redirect_stderr"], change);
    reportWrites(context, ["sys.stdout", "sys.stderr", "sys.stdin"], change);
  },
};
