import type { FunctionInfo } from "../calls/index.js";
import { Op, Test } from "../summaries/index.js";
import { isHandled, outcomeAt } from "./flow.js";
import { isWeak } from "./keys.js";
import type { Rule } from "./rule.js";

export const weakrefRace: Rule = {
  code: "NG122",
  name: "weakref-race",
  severity: "medium",
  summary: "A weak container is asked for an entry and then read as if the entry were still alive.",
  explanation:
    "An entry of a weak dictionary disappears when the last reference to its object goes, in whatever thread that happens. No lock of yours keeps it: between `if k in d` and `d[k]` the entry may die, and KeyError is raised.",
  unsafe:
    "import weakref\n\n_images = weakref.WeakValueDictionary()\n\ndef image(name):\n    if name in _images:\n        return _images[name]\n    return None\n",
  safe: "import weakref\n\n_images = weakref.WeakValueDictionary()\n\ndef image(name):\n    return _images.get(name)\n",
  fix: "Read it once with `get`, and test what came back.",
  versions: "every version; more frequent without the GIL",
  source: "weakref documentation",
  match(context) {
    for (const { function: info, variable, rows } of context.sequences) {
      if (!isWeak(variable)) continue;
      for (const check of rows) {
        if (info.file.op(check) !== Op.Test || info.file.detail(check) !== Test.Contains) continue;
        const read = rows.find((row) => isRead(info, check, row));
        if (read === undefined || isHandled(info.file, read, "KeyError", "LookupError")) continue;
        context.report({
          function: info,
          row: check,
          message: `${variable.text} holds its entries weakly: the one found here may be gone at line ${info.file.line(read)} (KeyError), lock or no lock`,
          fix: `use ${variable.text}.get(…) once and test the result for None`,
          evidence: context.evidence(variable, info),
          related: [{ function: info, row: read, message: "read here" }],
        });
        break;
      }
    }
  },
};

function isRead(info: FunctionInfo, check: number, row: number): boolean {
  const { file } = info;
  return (
    row > check &&
    file.op(row) === Op.ItemRead &&
    file.keyOf(row) === file.keyOf(check) &&
    outcomeAt(file, check, row) === "true"
  );
}
