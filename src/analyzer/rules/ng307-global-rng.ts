import { reportCalls } from "./process-state.js";
import type { Rule } from "./rule.js";

export const globalRng: Rule = {
  code: "NG307",
  name: "global-rng",
  severity: "medium",
  summary: "The shared random generator is seeded while threads run.",
  explanation:
    "`random.seed` promises a sequence that can be repeated. The functions of the module all draw from one generator, so other threads take numbers out of the sequence, and seed it anew in the middle. Without the GIL its lock is a place where threads wait for each other as well.",
  unsafe:
    "import random\nimport threading\n\ndef work():\n    random.seed(1)\n    print(random.random())\n\n\ndef start():\n    threading.Thread(target=work).start()\n",
  safe: "import random\nimport threading\n\ndef work():\n    source = random.Random(1)\n    print(source.random())\n\n\ndef start():\n    threading.Thread(target=work).start()\n",
  fix: "Make a `random.Random(seed)` (or `numpy.random.default_rng(seed)`) for each thread.",
  versions: "every version",
  source:
    "random documentation (3.15 note on threads); NumPy documentation (parallel random number generation)",
  match(context) {
    reportCalls(context, ["random.seed", "random.setstate", "numpy.random.seed", "numpy.random.set_state"], {
      effect: "other threads draw from the same generator, so the sequence cannot be repeated",
      fix: "use a random.Random(seed) for each thread",
    });
  },
};
