import { EventFlag, Op } from "../summaries/index.js";
import { isThreadKey } from "./keys.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently } from "./shared-state.js";
import { otherUse } from "./updates.js";

export const rmwItem: Rule = {
  code: "NG104",
  name: "rmw-item",
  severity: "high",
  summary: "An item of a shared container is read, changed and written back without a lock.",
  explanation:
    "`d[k] += 1` is a lookup, an addition and a store: two threads that look up the same old value lose one update. That holds for dict, defaultdict, Counter and list alike, although each of the three steps is safe in itself.",
  unsafe: "hits = {}\n\ndef count(page):\n    hits[page] = hits.get(page, 0) + 1\n",
  safe: "import threading\n\nhits = {}\n_lock = threading.Lock()\n\ndef count(page):\n    with _lock:\n        hits[page] = hits.get(page, 0) + 1\n",
  fix: "Update it under a lock, or count per thread and add up at the end.",
  versions: "every version; far more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees",
  match(context) {
    for (const variable of context.shared) {
      if (!canRace(context, variable) || variable.text.endsWith("[]")) continue;
      for (const { function: info, row } of variable.accesses) {
        const { file } = info;
        const op = file.op(row);
        const updates =
          op === Op.ItemUpdate || (op === Op.ItemWrite && file.has(row, EventFlag.FromOldValue));
        if (!updates || !canRunConcurrently(info, variable) || file.has(row, EventFlag.Slice)) continue;
        if (context.locks.heldAt(info, row).length > 0 || isThreadKey(info, row)) continue;
        context.report({
          function: info,
          row,
          message: `${variable.text}[${file.keyText(row)}] is updated from its old value without a lock: of two threads in ${info.qualifiedName} one loses its update`,
          fix: `hold one lock wherever the items of ${variable.text} are changed`,
          evidence: context.evidence(variable, info),
          related: otherUse(context, variable, info, row),
          needsEvidence: true,
        });
      }
    }
  },
};
