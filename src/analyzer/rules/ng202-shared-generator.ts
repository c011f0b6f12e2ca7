import type { Variable } from "../calls/index.js";
import { FunctionFlag, Op, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { hasType, unlockedDraws } from "./iterators.js";
import type { Rule } from "./rule.js";

export const sharedGenerator: Rule = {
  code: "NG202",
  name: "shared-generator",
  severity: "high",
  summary: "Several threads draw from one generator without a lock.",
  explanation:
    "A generator runs in one thread at a time; a second one that calls `next()` meanwhile gets `ValueError: generator already executing`, and most often its worker ends with it.",
  unsafe:
    "def numbers():\n    n = 0\n    while True:\n        yield n\n        n += 1\n\n_numbers = numbers()\n\ndef draw():\n    return next(_numbers)\n",
  safe: "import itertools\n\n_numbers = itertools.count()\n\ndef draw():\n    return next(_numbers)\n",
  fix: "One generator for each thread, a lock around next(), or `threading.synchronized_iterator` (3.15).",
  versions: "every version",
  source: "threading documentation (synchronized_iterator, 3.15)",
  match(context) {
    for (const { variable, access } of unlockedDraws(context, (each) => holdsGenerator(context, each))) {
      context.report({
        ...access,
        message: `${variable.text} is one generator for all threads: a second next() while one runs raises ValueError (generator already executing)`,
        fix: "make a generator for each thread, or hold a lock around next()",
        evidence: context.evidence(variable, access.function),
        needsEvidence: true,
      });
    }
  },
};

function holdsGenerator(context: RuleContext, variable: Variable): boolean {
  if (hasType(variable, /^#Generator$/)) return true;
  return variable.accesses.some(({ function: { file }, row }) => {
    if (file.op(row) !== Op.Write || row < 2) return false;
    const call = context.project.callBefore(file, row);
    const made = call === 0 ? undefined : context.project.entity(file, call);
    if (made?.kind !== "function" || file.detail(row) !== Value.Call) return false;
    return made.function.is(FunctionFlag.Generator) && !made.function.is(FunctionFlag.ContextManager);
  });
}
