import { isAtLeast } from "../target.js";
import { hasType, unlockedDraws } from "./iterators.js";
import type { Rule } from "./rule.js";

const CSV = /^(?:csv\.)?(?:reader|writer|DictReader|DictWriter)$/;
const METHODS = new Set(["writerow", "writerows", "writeheader", "__next__"]);

export const sharedCsv: Rule = {
  code: "NG204",
  name: "shared-csv",
  severity: "critical",
  summary: "A csv reader or writer is used by several threads without a lock.",
  explanation:
    "Reader and writer objects keep half-read rows in buffers that nothing protects. On free-threaded builds before 3.14.1 sharing one crashes the interpreter; later it mixes rows.",
  unsafe:
    "import csv\nimport sys\n\n_out = csv.writer(sys.stdout)\n\ndef log(row):\n    _out.writerow(row)\n",
  safe: "import csv\nimport sys\nimport threading\n\n_out = csv.writer(sys.stdout)\n_lock = threading.Lock()\n\ndef log(row):\n    with _lock:\n        _out.writerow(row)\n",
  fix: "Hold a lock around each row, or give each thread its own.",
  versions: "crash on free-threaded builds before 3.14.1; mixed rows on every version",
  source: "CPython changelog 3.14.1 (gh-116738)",
  match(context) {
    const crashes = context.target.freeThreaded && !isAtLeast(context.target, 14, 1);
    for (const { variable, access } of unlockedDraws(context, (each) => hasType(each, CSV), METHODS)) {
      context.report({
        ...access,
        severity: crashes ? "critical" : "medium",
        message: `${variable.text} is one csv object for all threads and is used without a lock: ${crashes ? "the interpreter can crash" : "rows get mixed"}`,
        fix: "hold a lock around each row, or make one in each thread",
        evidence: context.evidence(variable, access.function),
        needsEvidence: true,
      });
    }
  },
};
