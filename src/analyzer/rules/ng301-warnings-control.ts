import { EventFlag, Op } from "../summaries/index.js";
import { isAtLeast } from "../target.js";
import { reportCalls, reportWrites } from "./process-state.js";
import type { Rule } from "./rule.js";

const BLOCKS = ["warnings.catch_warnings", "pytest.warns", "pytest.deprecated_call"];
const FILTERS = ["warnings.simplefilter", "warnings.filterwarnings", "warnings.resetwarnings"];
const CONTEXT_AWARE_MINOR = 14;

export const warningsControl: Rule = {
  code: "NG301",
  name: "warnings-control",
  severity: "high",
  summary: "The filters of `warnings` are changed while threads run.",
  explanation:
    "`catch_warnings` saves the filters of the process, changes them and puts them back. Two blocks that overlap put back each other's filters: warnings vanish, or escape as errors, for good. From 3.14 on builds without the GIL keep the filters in the context of each thread (`-X context_aware_warnings`, on by default there), so nothing is reported for 3.14t and newer; builds with the GIL need the option.",
  unsafe:
    'import warnings\nimport threading\n\ndef work():\n    with warnings.catch_warnings():\n        warnings.simplefilter("ignore")\n        print(1)\n\n\ndef start():\n    threading.Thread(target=work).start()\n',
  safe: 'import threading\nimport warnings\n\nwarnings.simplefilter("ignore")\n\ndef work():\n    print(1)\n\ndef start():\n    threading.Thread(target=work).start()\n',
  fix: "Set filters once at start-up; hold one lock around every such block; or require 3.14t, where filters belong to the context.",
  versions:
    "up to 3.13 on all builds, 3.13t included; from 3.14 on builds with the GIL, unless `-X context_aware_warnings=1` and `-X thread_inherit_context=1`; not 3.14t and newer",
  source: "warnings documentation (concurrent safety of context managers); free-threading how-to",
  exampleTarget: "3.13t",
  appliesTo: (target) => !(target.freeThreaded && isAtLeast(target, CONTEXT_AWARE_MINOR)),
  match(context) {
    const severity = isAtLeast(context.target, CONTEXT_AWARE_MINOR) ? "medium" : "high";
    const change = {
      effect:
        "warnings of other threads appear or vanish with it, and two overlapping blocks leave the wrong filters behind",
      fix: "set filters once at start-up, hold one lock around each such block, or require 3.14t",
      severity,
    } as const;
    reportCalls(context, BLOCKS, change);
    // Inside a block of catch_warnings the block itself is what is reported.
    const saved = new Set(
      BLOCKS.flatMap((name) => context.project.foreignCalls.get(name) ?? [])
        .filter(
          ({ caller, row }) => caller.file.has(row, EventFlag.Entered) || caller.file.op(row) === Op.Call,
        )
        .map(({ caller }) => caller),
    );
    reportCalls(context, FILTERS, change, (info) => !saved.has(info));
    reportWrites(context, ["warnings.showwarning", "warnings.formatwarning", "warnings.filters"], change);
  },
};
