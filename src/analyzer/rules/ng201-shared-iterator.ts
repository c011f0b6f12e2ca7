import { hasType, unlockedDraws } from "./iterators.js";
import type { Rule } from "./rule.js";

const ITERATOR =
  /^(?:iter|enumerate|zip|map|filter|reversed|re\.finditer|struct\.iter_unpack|os\.scandir)$|^(?:itertools\.)?(?:chain|islice|cycle|starmap|takewhile|dropwhile|accumulate|groupby|product|permutations|combinations|zip_longest|pairwise|batched)(?:\.from_iterable)?$/;

export const sharedIterator: Rule = {
  code: "NG201",
  name: "shared-iterator",
  severity: "high",
  summary: "Several threads draw from one iterator without a lock.",
  explanation:
    "An iterator keeps its position in an object that nothing protects. Two threads that call `next()` at the same time get the same element twice, or skip one; some iterators raise, and on 3.13t a few crash. `itertools.count` is the exception: its numbers are unique.",
  unsafe: "_jobs = iter(range(1000))\n\ndef work():\n    return next(_jobs)\n",
  safe: "import threading\n\n_jobs = iter(range(1000))\n_lock = threading.Lock()\n\ndef work():\n    with _lock:\n        return next(_jobs)\n",
  fix: "Use a queue.Queue, hold a lock around next(), or `threading.serialize_iterator` (3.15).",
  versions: "every version; crashes up to 3.13t",
  source: "free-threading how-to; threading documentation (serialize_iterator, 3.15)",
  match(context) {
    for (const { variable, access } of unlockedDraws(context, (each) => hasType(each, ITERATOR))) {
      context.report({
        ...access,
        message: `${variable.text} is one iterator for all threads, and elements are drawn from it without a lock: some come twice, some are lost`,
        fix: "put the elements into a queue.Queue, or hold a lock around next()",
        evidence: context.evidence(variable, access.function),
        needsEvidence: true,
      });
    }
  },
};
