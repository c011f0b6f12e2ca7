import type { Access, Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { hasAnyType } from "./threads.js";

/** What `threading.local()` is called by. */
export const THREAD_LOCAL = /^(?:threading|_thread|_threading_local)\.(?:_?local)$/;

export const tlsInAsync: Rule = {
  code: "NG506",
  name: "tls-in-async",
  severity: "medium",
  summary: "A coroutine keeps something in `threading.local` over an `await`.",
  explanation:
    "All tasks of a loop run in one thread, so thread-local state is shared by all of them. Between the write and the read another task runs and writes its own value. A ContextVar has one value a task.",
  unsafe:
    "import threading\n\n_request = threading.local()\n\nasync def handle(user, query):\n    _request.user = user\n    rows = await query()\n    return _request.user, rows\n",
  safe: 'from contextvars import ContextVar\n\n_user = ContextVar("user")\n\nasync def handle(user, query):\n    _user.set(user)\n    rows = await query()\n    return _user.get(), rows\n',
  fix: "Use a contextvars.ContextVar.",
  versions: "every version",
  source: "contextvars documentation; py-free-threading guide",
  match(context) {
    for (const variable of context.project.variables) {
      if (variable.container === undefined || !hasAnyType(variable.container, THREAD_LOCAL)) continue;
      for (const access of variable.accesses) inspect(context, variable, access);
    }
  },
};

function inspect(context: RuleContext, variable: Variable, { function: info, row: write }: Access): void {
  const { file } = info;
  if (!info.isAsync || file.isTest || file.op(write) !== Op.Write) return;
  const read = variable.accesses.find(
    (other) =>
      other.function === info &&
      other.row > write &&
      file.op(other.row) !== Op.Write &&
      awaits(info.file, write, other.row),
  );
  if (read === undefined) return;
  context.report({
    function: info,
    row: write,
    message: `${variable.text} belongs to the thread, which all tasks of the loop share: another task may have changed it at the await before line ${file.line(read.row)}`,
    fix: "use a ContextVar",
    evidence: {
      tier: "T3",
      why: `${info.qualifiedName} is a coroutine: other tasks of its thread run at each await`,
      entry: undefined,
    },
    related: [{ function: info, row: read.row, message: "read here, after an await" }],
  });
}

function awaits(file: Access["function"]["file"], from: number, to: number): boolean {
  for (let row = from; row < to; row++) if (file.op(row) === Op.Await) return true;
  return false;
}
