import type { FunctionInfo } from "../calls/index.js";
import { BlockColumn, BlockKind, Op, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { isCovered } from "./flow.js";
import type { Rule } from "./rule.js";
import type { Sequence } from "./sequences.js";

export const saveRestoreGlobal: Rule = {
  code: "NG120",
  name: "save-restore-global",
  severity: "high",
  summary: "Shared state is changed for the time of a block and put back in `finally`.",
  explanation:
    "The change is meant for the code inside the block, but every other thread sees it too. With two threads the blocks overlap: one restores while the other is still inside, and the last to leave may put back the value that the first one set. A flag against re-entrance on a shared object takes a second thread for a second call of the first.",
  unsafe:
    "_precision = 6\n\ndef exact(f):\n    global _precision\n    old = _precision\n    _precision = 50\n    try:\n        return f()\n    finally:\n        _precision = old\n",
  safe: 'from contextvars import ContextVar\n\n_precision = ContextVar("precision", default=6)\n\ndef exact(f):\n    token = _precision.set(50)\n    try:\n        return f()\n    finally:\n        _precision.reset(token)\n',
  fix: "Use a ContextVar or threading.local, or hold one lock over the whole block.",
  versions: "every version; more frequent without the GIL",
  source: "py-free-threading guide, porting",
  match(context) {
    for (const sequence of context.sequences) inspect(context, sequence);
  },
};

function inspect(context: RuleContext, { function: info, variable, rows }: Sequence): void {
  if (variable.text.endsWith("[]") || info.name === "__exit__" || info.name === "__enter__") return;
  const { file } = info;
  for (const restore of rows) {
    if (file.op(restore) !== Op.Write) continue;
    const end = file.enclosing(file.blockOf(restore), BlockKind.Finally);
    if (end === 0) continue;
    const change = rows.find(
      (row) => row < restore && isChangeOf(info, row, end) && !areSame(info, row, restore),
    );
    if (change === undefined || isCovered(context.locks, info, change, restore)) continue;
    const isFlag = file.detail(change) === Value.True || file.detail(change) === Value.False;
    context.report({
      function: info,
      row: change,
      message: isFlag
        ? `${variable.text} marks that the block is running and is reset at line ${file.line(restore)}: a second thread sees the mark of the first`
        : `${variable.text} is changed for the block and put back at line ${file.line(restore)}: every other thread sees the change, and two overlapping blocks leave the wrong value behind`,
      fix: "use a ContextVar or threading.local, or hold one lock from the change to the end",
      evidence: context.evidence(variable, info),
      related: [{ function: info, row: restore, message: "put back here" }],
    });
    return;
  }
}

/** A write in the `try` that the `finally` belongs to, or shortly before it. */
function isChangeOf(info: FunctionInfo, row: number, end: number): boolean {
  const { file } = info;
  if (file.op(row) !== Op.Write) return false;
  const statement = file.block(end, BlockColumn.Statement);
  const block = file.blockOf(row);
  const inside = file.enclosing(block, BlockKind.Try);
  if (inside !== 0 && file.block(inside, BlockColumn.Statement) === statement) return true;
  return block === file.parentBlock(end);
}

/** A result that is stored in both places is no restoring. */
function areSame(info: FunctionInfo, left: number, right: number): boolean {
  const { file } = info;
  const kind = file.detail(left);
  return kind === file.detail(right) && kind !== Value.Path && kind !== Value.Call && kind !== Value.Unknown;
}
