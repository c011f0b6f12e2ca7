import type { CallSite } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { branchesOf, isHandled, outcomeAt } from "./flow.js";
import { processEvidence } from "./process-state.js";
import type { Rule } from "./rule.js";

const QUESTIONS = ["os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.lexists"];
const ACTS =
  /^(?:os\.(?:remove|unlink|rmdir|mkdir|makedirs|rename|replace|listdir|symlink)|shutil\.(?:rmtree|move)|(?:io\.)?open)$/;
const ERRORS = [
  "OSError",
  "IOError",
  "EnvironmentError",
  "FileExistsError",
  "FileNotFoundError",
  "PermissionError",
];
const ATOMIC = /exist_ok\s*=\s*True|ignore_errors\s*=\s*True|["']x[bt+]*["']/;

export const fsToctou: Rule = {
  code: "NG314",
  name: "fs-toctou",
  severity: "low",
  summary: "A file is asked for and then opened, made or removed in a second step.",
  explanation:
    "Between the question and the act another thread, or another process, may make or remove the file. The file system is shared state like any other, and it has atomic operations: they are both question and act. Reported only where something shows that threads are there.",
  unsafe:
    'import os\nimport threading\n\ndef work():\n    if not os.path.exists("out"):\n        os.makedirs("out")\n\ndef start():\n    threading.Thread(target=work).start()\n',
  safe: 'import os\nimport threading\n\ndef work():\n    os.makedirs("out", exist_ok=True)\n\ndef start():\n    threading.Thread(target=work).start()\n',
  fix: 'Use `exist_ok=True`, mode `"x"`, `missing_ok=True`, the tempfile module; or do it and catch the error.',
  versions: "every version",
  source: "os and pathlib documentation; CWE-367",
  match(context) {
    for (const name of QUESTIONS) {
      for (const site of context.project.foreignCalls.get(name) ?? []) inspect(context, site, name);
    }
  },
};

function inspect(context: RuleContext, { caller: info, row: question }: CallSite, name: string): void {
  const { file } = info;
  if (file.isTest || info.isModule || branchesOf(file, question).length === 0) return;
  const key = file.keyOf(question);
  for (let row = question + 1; row < info.lastRow; row++) {
    if (file.op(row) !== Op.Call || file.keyOf(row) !== key) continue;
    const entity = context.project.entity(file, row);
    if (entity.kind !== "foreign" || !ACTS.test(entity.dotted) || ATOMIC.test(file.argumentsOf(row)))
      continue;
    if (outcomeAt(file, question, row) === undefined || isHandled(file, row, ...ERRORS)) continue;
    if (context.locks.heldAt(info, question).length > 0) return;
    context.report({
      function: info,
      row: question,
      message: `${name}() asks, and ${entity.dotted}() at line ${file.line(row)} relies on the answer: another thread may make or remove the file in between`,
      fix: 'do it and catch the error, or use exist_ok=True, missing_ok=True or mode "x"',
      evidence: processEvidence(context, info),
      needsEvidence: true,
      related: [{ function: info, row, message: "relied on here" }],
    });
    return;
  }
}
