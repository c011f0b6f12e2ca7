import { Op } from "../summaries/index.js";
import { isHandled } from "./flow.js";
import { mutationsOf, shareLock } from "./mutations.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently, isSynchronised } from "./shared-state.js";

/** Consumers that gave errors in the measurement of the rules' document. */
const UNSAFE_CONSUMERS = new Set(["tuple", "sum", "max", "min", "any", "all"]);
const DEQUE = /(?:^|\.)deque$/;

export const nonAtomicSnapshot: Rule = {
  code: "NG111b",
  name: "non-atomic-snapshot",
  severity: "medium",
  summary: "A shared container is copied or summed up by a call that is not atomic without the GIL.",
  explanation:
    "`list(d)`, `d.copy()` and `sorted(d)` copy a dict or set in one step. `tuple(d)`, `sum(d.values())`, `max(d)` and `list(deque)` do not: without the GIL another thread can change the container in the middle, and RuntimeError follows.",
  unsafe:
    "_sizes = {}\n\ndef put(key, size):\n    _sizes[key] = size\n\ndef total():\n    return sum(_sizes.values())\n",
  safe: "_sizes = {}\n\ndef put(key, size):\n    _sizes[key] = size\n\ndef total():\n    return sum(list(_sizes.values()))\n",
  fix: "Copy with `list(…)` or `.copy()` first, or hold the lock of the writers.",
  versions: "free-threaded builds (with the GIL these calls are atomic for plain keys)",
  source: "Python documentation, Thread Safety Guarantees; measured on 3.13.5t",
  appliesTo: (target) => target.freeThreaded,
  match(context) {
    for (const variable of context.shared) {
      if (!canRace(context, variable) || isSynchronised(variable) || variable.text.endsWith("[]")) continue;
      const isDeque = [...variable.types].some((type) => DEQUE.test(type));
      const snapshots = variable.accesses.filter(({ function: info, row }) => {
        const { file } = info;
        if (file.op(row) !== Op.Pass || !canRunConcurrently(info, variable)) return false;
        const callee = file.nameOf(row);
        return UNSAFE_CONSUMERS.has(callee) || (isDeque && callee === "list");
      });
      if (snapshots.length === 0) continue;
      const mutations = mutationsOf(context, variable);
      for (const snapshot of snapshots) {
        const { function: info, row } = snapshot;
        const conflict = mutations.find(
          (each) => each.function !== info && !shareLock(context, snapshot, each),
        );
        const always = variable.text === "sys.modules";
        if ((conflict === undefined && !always) || isHandled(info.file, row, "RuntimeError")) continue;
        context.report({
          function: info,
          row,
          message: `${info.file.nameOf(row)}() walks over ${variable.text} step by step while ${conflict?.function.qualifiedName ?? "every import"} may change it: RuntimeError without the GIL`,
          fix: `copy it in one step first: list(${variable.text}) or ${variable.text}.copy()`,
          evidence: context.evidence(variable, info),
          related: conflict === undefined ? [] : [{ ...conflict, message: "changed here" }],
          needsEvidence: true,
        });
      }
    }
  },
};
