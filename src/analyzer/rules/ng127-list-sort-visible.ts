import { Op } from "../summaries/index.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently } from "./shared-state.js";

export const listSortVisible: Rule = {
  code: "NG127",
  name: "list-sort-visible",
  severity: "medium",
  summary: "A shared list is sorted in place while others read or extend it.",
  explanation:
    "During `sort()` CPython takes the elements out of the list: a reader sees it empty, and an element appended meanwhile raises `ValueError: list modified during sort`. `reverse()` shows elements twice or not at all.",
  unsafe:
    "_scores = []\n\ndef add(score):\n    _scores.append(score)\n    _scores.sort()\n\ndef best():\n    return _scores[-1]\n",
  safe: "import threading\n\n_scores = []\n_lock = threading.Lock()\n\ndef add(score):\n    with _lock:\n        _scores.append(score)\n        _scores.sort()\n\ndef best():\n    with _lock:\n        return _scores[-1]\n",
  fix: "Replace the list by a sorted copy (`x = sorted(x)`), or sort and read under one lock.",
  versions: "every version; more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees (list.sort)",
  match(context) {
    for (const variable of context.shared) {
      if (!canRace(context, variable)) continue;
      for (const { function: info, row } of variable.accesses) {
        const { file } = info;
        if (file.op(row) !== Op.Method || (file.nameOf(row) !== "sort" && file.nameOf(row) !== "reverse"))
          continue;
        if (!canRunConcurrently(info, variable) || context.locks.heldAt(info, row).length > 0) continue;
        const other = variable.accesses.find(
          (access) => access.function !== info && !context.isBeforeSharing(access),
        );
        if (other === undefined) continue;
        context.report({
          function: info,
          row,
          message: `${variable.text} is empty for all others while ${file.nameOf(row)}() runs, and ${other.function.qualifiedName} uses it`,
          fix: `assign a sorted copy: ${variable.text} = sorted(${variable.text})`,
          evidence: context.evidence(variable, info),
          related: [{ ...other, message: "used here" }],
          needsEvidence: true,
        });
      }
    }
  },
};
