import { Op } from "../summaries/index.js";
import { isAtLeast, type Target } from "../target.js";
import { mutationsOf, shareLock } from "./mutations.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently, isSynchronised } from "./shared-state.js";

const JSON_CALL = /^(?:json\.)?dumps?$/;
const CALL = /^(?:json|pickle|marshal)\.dumps?$|^(?:copy\.)?deepcopy$/;

export const serialiseShared: Rule = {
  code: "NG205",
  name: "serialise-shared",
  severity: "high",
  summary: "`json`, `pickle` or `deepcopy` walks over a container that other threads change.",
  explanation:
    "Serialising walks the whole structure, which takes long. A change in between raises RuntimeError; `json.dumps` of a dict that changes crashed the interpreter in 3 of 4 runs on 3.13.5t.",
  unsafe:
    "import json\n\n_stats = {}\n\ndef put(key, value):\n    _stats[key] = value\n\ndef dump():\n    return json.dumps(_stats)\n",
  safe: "import json\n\n_stats = {}\n\ndef put(key, value):\n    _stats[key] = value\n\ndef dump():\n    return json.dumps(_stats.copy())\n",
  fix: "Serialise a copy (`d.copy()` for a flat one), or hold the lock of the writers.",
  versions: "json: crash before 3.15.0t; RuntimeError on every version",
  source: "CPython changelog 3.15.0 (json), 3.14.6 and 3.14.7 (pickle)",
  match(context) {
    for (const variable of context.shared) {
      if (!canRace(context, variable) || isSynchronised(variable) || variable.text.endsWith("[]")) continue;
      const dumps = variable.accesses.filter(
        ({ function: info, row }) =>
          info.file.op(row) === Op.Pass &&
          CALL.test(info.file.nameOf(row)) &&
          canRunConcurrently(info, variable),
      );
      if (dumps.length === 0) continue;
      const mutations = mutationsOf(context, variable);
      for (const dump of dumps) {
        const conflict = mutations.find(
          (each) => each.function !== dump.function && !shareLock(context, dump, each),
        );
        if (conflict === undefined) continue;
        const callee = dump.function.file.nameOf(dump.row);
        const crashes = JSON_CALL.test(callee) && canCrash(context.target);
        context.report({
          ...dump,
          severity: crashes ? "critical" : "high",
          message: `${callee}() walks over ${variable.text} while ${conflict.function.qualifiedName} may change it: ${crashes ? "the interpreter can crash" : "RuntimeError"}`,
          fix: `pass a copy: ${variable.text}.copy()`,
          evidence: context.evidence(variable, dump.function),
          related: [{ ...conflict, message: "changed here" }],
        });
      }
    }
  },
};

function canCrash(target: Target): boolean {
  return target.freeThreaded && !isAtLeast(target, 15);
}
