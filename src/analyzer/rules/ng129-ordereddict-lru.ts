import { Op } from "../summaries/index.js";
import { isAtLeast } from "../target.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently } from "./shared-state.js";

const ORDERED = /(?:^|\.)OrderedDict$/;
const MOVES = new Set(["move_to_end", "popitem"]);

export const orderedDictLru: Rule = {
  code: "NG129",
  name: "ordereddict-lru",
  severity: "critical",
  summary: "A shared OrderedDict is used as a cache with `move_to_end` and `popitem`, without a lock.",
  explanation:
    "On free-threaded builds before 3.14.1 two threads in these methods crash the interpreter (measured: 3 of 4 runs on 3.13.5t). On newer ones the crash is gone, but what is oldest is not decided together with removing it.",
  unsafe:
    "from collections import OrderedDict\n\n_cache = OrderedDict()\n\ndef touch(key):\n    _cache.move_to_end(key)\n",
  safe: "import threading\nfrom collections import OrderedDict\n\n_cache = OrderedDict()\n_lock = threading.Lock()\n\ndef touch(key):\n    with _lock:\n        _cache.move_to_end(key)\n",
  fix: "Hold one lock around every use of the cache.",
  versions: "crash on free-threaded builds before 3.14.1; wrong order on every version",
  source: "CPython changelog 3.14.1 (gh-125996)",
  match(context) {
    const crashes = context.target.freeThreaded && !isAtLeast(context.target, 14, 1);
    for (const variable of context.shared) {
      if (!canRace(context, variable) || ![...variable.types].some((type) => ORDERED.test(type))) continue;
      const moved = variable.accesses.find(
        ({ function: info, row }) =>
          info.file.op(row) === Op.Method &&
          MOVES.has(info.file.nameOf(row)) &&
          canRunConcurrently(info, variable) &&
          context.locks.heldAt(info, row).length === 0,
      );
      if (moved === undefined) continue;
      context.report({
        ...moved,
        severity: crashes ? "critical" : "medium",
        message: `${variable.text}.${moved.function.file.nameOf(moved.row)}() runs without a lock${crashes ? `: two threads in it crash the interpreter on ${context.target.text}` : ": the order can change between looking and removing"}`,
        fix: `hold one lock around every use of ${variable.text}`,
        evidence: context.evidence(variable, moved.function),
      });
    }
  },
};
