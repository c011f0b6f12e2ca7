import type { Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";
import { canRunConcurrently } from "./shared-state.js";
import { hasAnyType } from "./threads.js";

const PYDLL = /^ctypes\.(?:PyDLL|pydll\.LoadLibrary)$/;

export const ctypesPydllAsLock: Rule = {
  code: "NG006",
  name: "ctypes-pydll-as-lock",
  severity: "high",
  summary: "Functions of a library loaded with `ctypes.PyDLL` are called without a lock.",
  explanation:
    "PyDLL keeps the GIL during a call, so that with the GIL one call at a time was running. Without it nothing is kept: the library runs in as many threads as call it, and its static data races. `PyGILState_Ensure` locks nothing either.",
  unsafe:
    'import ctypes\n\n_lib = ctypes.PyDLL("./counter.so")\n\ndef count():\n    return _lib.increment()\n',
  safe: 'import ctypes\nimport threading\n\n_lib = ctypes.PyDLL("./counter.so")\n_lock = threading.Lock()\n\ndef count():\n    with _lock:\n        return _lib.increment()\n',
  fix: "Hold one lock for the library around each call.",
  versions: "3.13t and newer",
  source:
    "ctypes documentation (thread safety without the GIL); verified: a counter in C lost 9.97 of 60 million increments on 3.13t",
  appliesTo: ({ freeThreaded }) => freeThreaded,
  match(context) {
    for (const variable of context.project.variables) {
      if (!hasAnyType(variable, PYDLL)) continue;
      const call = variable.accesses.find(
        ({ function: info, row }) =>
          info.file.op(row) === Op.Method &&
          canRunConcurrently(info, variable) &&
          context.locks.heldAt(info, row).length === 0,
      );
      if (call === undefined) continue;
      context.report({
        ...call,
        message: `${variable.text} was loaded with PyDLL, whose calls no longer exclude each other: ${called(variable, call.row, call.function.file)} may run in several threads at once`,
        fix: "hold one lock for the library around each call",
        evidence: context.evidence(variable, call.function),
        needsEvidence: true,
      });
    }
    for (const [dotted, sites] of context.project.foreignCalls) {
      if (!dotted.startsWith("ctypes.pythonapi.PyGILState_")) continue;
      for (const { caller: info, row } of sites) {
        if (info.file.isTest) continue;
        context.report({
          function: info,
          row,
          message: `${dotted} excludes no other thread: without the GIL it only attaches this one`,
          fix: "use a lock",
          evidence: evidenceOf("T1", "the call is about the threads of the whole process"),
        });
      }
    }
  },
};

function called(variable: Variable, row: number, file: { nameOf(row: number): string }): string {
  return `${variable.text}.${file.nameOf(row)}()`;
}
