import type { FileView, FunctionInfo } from "../calls/index.js";
import { EventColumn, FunctionFlag } from "../summaries/index.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";

export const gilAtomicityComment: Rule = {
  code: "NG004",
  name: "gil-atomicity-comment",
  severity: "info",
  summary: "A comment or docstring says that the GIL makes something safe.",
  explanation:
    "The sentence was true once. Whatever it excuses has to be looked at: some operations are still atomic without the GIL (`list.append`, `d[k] = v`, `setdefault`), most sequences of two are not. Functions that hold a lock are left alone.",
  unsafe: "_hits = {}\n\ndef hit(name):\n    # No lock: protected by the GIL.\n    _hits[name] = True\n",
  safe: "_hits = {}\n\ndef hit(name):\n    # One assignment to an item: atomic, also without the GIL.\n    _hits[name] = True\n",
  fix: "Use a lock, or one documented atomic operation, and say which.",
  versions: "3.13t and newer",
  source: "Thread Safety Guarantees (documentation of 3.14.10 and 3.15)",
  appliesTo: ({ freeThreaded }) => freeThreaded,
  match(context) {
    for (const file of context.project.files) {
      if (file.isTest) continue;
      const { gilRemarks } = file.summary;
      for (let at = 0; at < gilRemarks.length; at += 2) {
        const start = gilRemarks[at]!;
        report(context, functionAt(context, file, start), [start, gilRemarks[at + 1]!]);
      }
      for (const info of context.project.functionsOf(file)) {
        if (info.is(FunctionFlag.ReliesOnGil))
          report(context, info, [info.summary.start, info.summary.nameEnd]);
      }
    }
  },
};

function report(context: RuleContext, info: FunctionInfo, place: readonly [number, number]): void {
  if (!info.isModule && holdsLock(info)) return;
  context.report({
    function: info,
    row: info.firstRow,
    place,
    message: "this relies on the GIL, which this Python does not have",
    fix: "use a lock or one documented atomic operation, and say which",
    evidence: evidenceOf("T0", "it is the remark itself; what it excuses may be harmless"),
  });
}

function holdsLock({ file, firstRow, lastRow }: FunctionInfo): boolean {
  for (let row = firstRow; row < lastRow; row++) if (file.event(row, EventColumn.Lockset) !== 0) return true;
  return false;
}

/** The innermost function around an offset. */
function functionAt(context: RuleContext, file: FileView, offset: number): FunctionInfo {
  const functions = context.project.functionsOf(file);
  let found = functions[0]!;
  for (const info of functions) {
    const { start, end } = info.summary;
    if (start <= offset && offset <= end && start >= found.summary.start) found = info;
  }
  return found;
}
