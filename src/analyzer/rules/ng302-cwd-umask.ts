import { reportCalls } from "./process-state.js";
import type { Rule } from "./rule.js";

export const cwdUmask: Rule = {
  code: "NG302",
  name: "cwd-umask",
  severity: "high",
  summary: "The working folder, the root or the umask is changed while threads run.",
  explanation:
    "A process has one working folder and one umask. While one thread is inside, every relative path of every other thread means something else, and two overlapping changes put back the wrong one.",
  unsafe:
    'import contextlib\nimport threading\n\ndef work():\n    with contextlib.chdir("/tmp"):\n        print(open("state").read())\n\n\ndef start():\n    threading.Thread(target=work).start()\n',
  safe: 'import threading\n\ndef work():\n    print(open("/tmp/state").read())\n\n\ndef start():\n    threading.Thread(target=work).start()\n',
  fix: "Use absolute paths, `cwd=` of subprocess, `dir_fd=` of the os functions, `mode=` when a file is made.",
  versions: "every version",
  source: "contextlib documentation (chdir); os documentation",
  match(context) {
    reportCalls(context, ["os.chdir", "os.fchdir", "contextlib.chdir", "os.chroot"], {
      effect: "the relative paths of every other thread mean something else meanwhile",
      fix: "use absolute paths, cwd= of subprocess or dir_fd=",
    });
    reportCalls(context, ["os.umask"], {
      effect: "files that other threads make meanwhile get the wrong permissions, even where it is only read",
      fix: "give the permissions to the call that makes the file",
    });
  },
};
