import { EventFlag, Op, RootKind } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

/** Assignments that other rules know by name. */
const KNOWN = /^(?:sys|os|warnings|socket|tempfile|decimal|locale|logging)\./;

export const runtimeMonkeypatch: Rule = {
  code: "NG121",
  name: "runtime-monkeypatch",
  severity: "medium",
  summary: "A function replaces an attribute of an imported module or class while the program runs.",
  explanation:
    "A module is one object for all threads. A patch made in a function is seen by every other thread at once, in the middle of what it is doing, and two patches that overlap leave the wrong function behind.",
  unsafe: 'import json\n\ndef quiet():\n    json.dumps = lambda value: ""\n',
  safe: "import json\n\ndef quiet(dumps=json.dumps):\n    return dumps({})\n",
  fix: "Pass the function as an argument, or patch once at import.",
  versions: "every version",
  source: "pytest-run-parallel: thread-unsafe list (unittest.mock)",
  match(context) {
    for (const info of context.project.functions) {
      if (info.isModule || info.file.isTest || info.isConstruction) continue;
      const { file } = info;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        if (file.op(row) !== Op.Write || file.has(row, EventFlag.ImportTime)) continue;
        const path = file.pathOf(row);
        if (
          file.pathKind(path) !== RootKind.Attribute ||
          file.pathKind(file.pathOwner(path)) !== RootKind.Import
        )
          continue;
        const owner = context.project.resolver.entity(file, file.pathOwner(path));
        if (owner.kind !== "foreign") continue;
        const text = `${owner.dotted}.${file.pathName(path)}`;
        if (KNOWN.test(text) || context.locks.heldAt(info, row).length > 0) continue;
        context.report({
          function: info,
          row,
          message: `${info.qualifiedName} replaces ${text} for every thread of the process while they may be using it`,
          fix: "patch it once at import, or pass what shall be used as an argument",
          evidence: evidenceOf("T1", `${owner.dotted} is one object for the whole process`),
        });
      }
    }
  },
};
