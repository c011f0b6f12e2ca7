import { Op } from "../summaries/index.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently } from "./shared-state.js";

const ORDERING =
  /^(?:heapq\.)?(?:heappush|heappop|heapify|heapreplace|heappushpop)$|^(?:bisect\.)?insort(?:_left|_right)?$/;

export const orderingStructure: Rule = {
  code: "NG128",
  name: "ordering-structure",
  severity: "high",
  summary: "`heapq` or `bisect.insort` is applied to a list that threads share, without a lock.",
  explanation:
    "These functions move several elements, comparing as they go. A second one in between leaves a list that is no heap any more, or not sorted: nothing is raised, and the wrong element comes out later.",
  unsafe:
    "import heapq\n\n_timers = []\n\ndef schedule(when):\n    heapq.heappush(_timers, when)\n\ndef next_timer():\n    return heapq.heappop(_timers)\n",
  safe: "import queue\n\n_timers = queue.PriorityQueue()\n\ndef schedule(when):\n    _timers.put(when)\n\ndef next_timer():\n    return _timers.get()\n",
  fix: "Use queue.PriorityQueue, or hold one lock around every call.",
  versions: "every version; heapq could crash before 3.14.0t",
  source: "bisect documentation (3.15 note); heapq made crash-safe in 3.14.0",
  match(context) {
    for (const variable of context.shared) {
      if (!canRace(context, variable)) continue;
      for (const { function: info, row } of variable.accesses) {
        const { file } = info;
        if (file.op(row) !== Op.Pass || !ORDERING.test(file.nameOf(row)) || file.keyText(row) !== "#0")
          continue;
        if (!canRunConcurrently(info, variable) || context.locks.heldAt(info, row).length > 0) continue;
        context.report({
          function: info,
          row,
          message: `${file.nameOf(row)} reorders ${variable.text} in several steps without a lock: a second call in between breaks the order for good`,
          fix: "use queue.PriorityQueue, or hold one lock around every call",
          evidence: context.evidence(variable, info),
        });
        break;
      }
    }
  },
};
