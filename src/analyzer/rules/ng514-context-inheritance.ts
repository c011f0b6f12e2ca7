import type { ThreadEntry, Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import { isAtLeast } from "../target.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { callAround, hasAnyType, isStarted, reachedFrom, threadEvidence, threadOf } from "./threads.js";

const CONTEXT_VARIABLE = /^contextvars\.ContextVar$/;
const INHERITING_MINOR = 14;

export const contextInheritance: Rule = {
  code: "NG514",
  name: "context-inheritance",
  severity: "medium",
  summary:
    "A thread reads a ContextVar that is set by the code that starts it, or resets a token of another thread.",
  explanation:
    "Builds without the GIL give a new thread a copy of the starter's context from 3.14 on (`thread_inherit_context`); builds with the GIL and 3.13t give it an empty one. The same program thus sees the value on one Python and LookupError or a default on the other; and a worker that is started lazily keeps the values of the request that happened to come first. A token can only be reset in the context that made it.",
  unsafe:
    'import threading\nfrom contextvars import ContextVar\n\n_user = ContextVar("user", default=None)\n\ndef audit():\n    print(_user.get())\n\ndef handle(user):\n    _user.set(user)\n    threading.Thread(target=audit).start()\n',
  safe: 'import threading\nfrom contextvars import ContextVar\n\n_user = ContextVar("user", default=None)\n\ndef audit(user):\n    print(user)\n\ndef handle(user):\n    _user.set(user)\n    threading.Thread(target=audit, args=(user,)).start()\n',
  fix: "Pass the value as an argument, or say which context is meant: `Thread(…, context=contextvars.copy_context())` (3.14), `copy_context().run` before.",
  versions: "3.14t and newer inherit; every build with the GIL and 3.13t do not",
  source: "free-threading how-to; threading documentation (context parameter, thread_inherit_context)",
  match(context) {
    for (const variable of context.project.variables) {
      if (!hasAnyType(variable, CONTEXT_VARIABLE)) continue;
      for (const entry of context.project.entries) inherited(context, variable, entry);
      foreignReset(context, variable);
    }
  },
};

function inherited(context: RuleContext, variable: Variable, entry: ThreadEntry): void {
  const { start } = entry;
  if (start === undefined || !isStarted(entry)) return;
  const { caller, row: pass } = start;
  const { file } = caller;
  if (file.isTest) return;
  const set = variable.accesses.find(
    ({ function: info, row }) => info === caller && row < pass && isCall(info.file, row, "set"),
  );
  if (set === undefined) return;
  const made = callAround(file, pass, caller.lastRow);
  if (made === 0 || /\bcontext\s*=/.test(file.argumentsOf(made))) return;
  const reached = reachedFrom(entry.function);
  // Who sets it first does not depend on what was inherited.
  if (variable.accesses.some(({ function: info, row }) => reached.has(info) && isCall(info.file, row, "set")))
    return;
  const read = variable.accesses.find(
    ({ function: info, row }) => reached.has(info) && isCall(info.file, row, "get"),
  );
  if (read === undefined) return;
  const isInherited = context.target.freeThreaded && isAtLeast(context.target, INHERITING_MINOR);
  context.report({
    function: caller,
    row: pass,
    message: isInherited
      ? `${read.function.qualifiedName} reads ${variable.text} in the new thread: this Python hands it the value set at line ${file.line(set.row)}, one with the GIL, or 3.13t, does not`
      : `${read.function.qualifiedName} reads ${variable.text} in the new thread, which does not inherit the value set at line ${file.line(set.row)}; without the GIL, from 3.14 on, it does`,
    fix: "pass the value as an argument, or the context with context=",
    evidence: threadEvidence(entry),
    related: [
      { ...set, message: "set here" },
      { ...read, message: "read here, in the thread" },
    ],
  });
}

/** `variable.reset(token)` in a thread that never set it. */
function foreignReset(context: RuleContext, variable: Variable): void {
  for (const { function: info, row } of variable.accesses) {
    const entry = threadOf(info);
    if (entry === undefined || info.file.isTest || !isCall(info.file, row, "reset")) continue;
    const reached = reachedFrom(entry.function);
    if (
      variable.accesses.some(
        (other) => reached.has(other.function) && isCall(other.function.file, other.row, "set"),
      )
    )
      continue;
    const set = variable.accesses.find((other) => isCall(other.function.file, other.row, "set"));
    if (set === undefined) continue;
    context.report({
      function: info,
      row,
      message: `the token comes from ${set.function.qualifiedName}, which does not run in this thread: reset() raises ValueError, the token was made in a different context`,
      fix: "reset the variable in the thread that set it",
      evidence: threadEvidence(entry),
      related: [{ ...set, message: "set here" }],
    });
  }
}

function isCall(file: ThreadEntry["function"]["file"], row: number, name: string): boolean {
  const op = file.op(row);
  return (op === Op.Method || op === Op.Call) && file.nameOf(row) === name;
}
