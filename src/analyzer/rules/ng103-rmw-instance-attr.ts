import type { Rule } from "./rule.js";
import { unlockedUpdates } from "./updates.js";

export const rmwInstanceAttr: Rule = {
  code: "NG103",
  name: "rmw-instance-attr",
  severity: "high",
  summary: "An attribute of an object that threads share is read, changed and written back without a lock.",
  explanation:
    "`self.n += 1` is a read, an addition and a write. When two threads call the method on one object, both can read the same old value, and one update is lost. It is reported where something shows that instances are shared: a thread that reaches the method, a lock that the class owns, an instance kept by a module. Objects of one owner, such as parsers, are left alone unless `--strict` is given.",
  unsafe:
    "import threading\n\nclass Stats:\n    def __init__(self):\n        self.hits = 0\n\n    def run(self):\n        for _ in range(4):\n            threading.Thread(target=self.hit).start()\n\n    def hit(self):\n        self.hits += 1\n",
  safe: "import threading\n\nclass Stats:\n    def __init__(self):\n        self.hits = 0\n        self.lock = threading.Lock()\n\n    def run(self):\n        for _ in range(4):\n            threading.Thread(target=self.hit).start()\n\n    def hit(self):\n        with self.lock:\n            self.hits += 1\n",
  fix: "Update it under a lock of the object.",
  versions: "every version; far more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const { function: info, row, variable, related } of unlockedUpdates(context, "instance")) {
      context.report({
        function: info,
        row,
        message: `${variable.text} is updated from its old value without a lock: of two threads in ${info.qualifiedName} one loses its update`,
        fix: `hold one lock of the object wherever ${variable.text} is changed`,
        evidence: context.evidence(variable, info),
        related,
        needsEvidence: true,
      });
    }
  },
};
