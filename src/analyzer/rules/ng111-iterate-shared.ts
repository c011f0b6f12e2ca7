import type { Access, FunctionInfo, Variable } from "../calls/index.js";
import { EventFlag, Op } from "../summaries/index.js";
import { isAtLeast } from "../target.js";
import type { RuleContext } from "./context.js";
import { isHandled } from "./flow.js";
import { isWeak } from "./keys.js";
import { mutationsOf, shareLock } from "./mutations.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently, isSynchronised } from "./shared-state.js";

/** Calls that walk over what they are given, in Python code or with callbacks into it. */
const WALKING_CALL =
  /^(?:json\.dumps?|pickle\.dumps?|copy\.deepcopy|deepcopy|map|filter|reduce|functools\.reduce)$/;
/** Changed by the interpreter itself, in any thread. */
const ALWAYS_CHANGING = new Set(["sys.modules", "os.environ"]);

/** Functions by which a program is put together, most often before threads start. */
const REGISTRATION =
  /^_*(?:un)?(?:register|add|set|install|configure|setup|remove|enable|disable|provide|define)(?:_|$)/;

export const iterateShared: Rule = {
  code: "NG111",
  name: "iterate-shared",
  severity: "high",
  summary: "A shared container is iterated while other code adds or removes elements.",
  explanation:
    "A dict or set that changes size during iteration raises RuntimeError; a list skips or repeats elements without a word. The loop gives other threads all the time they need, however small it is.",
  unsafe:
    "_handlers = {}\n\ndef add(name, handler):\n    _handlers[name] = handler\n\ndef emit(event):\n    for handler in _handlers.values():\n        handler(event)\n",
  safe: "_handlers = {}\n\ndef add(name, handler):\n    _handlers[name] = handler\n\ndef emit(event):\n    for handler in list(_handlers.values()):\n        handler(event)\n",
  fix: "Iterate over a copy made in one step (`list(x)`, `list(d.items())`, `d.copy()`), or hold the lock of the writers.",
  versions: "every version; more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees; sys.modules in the documentation of sys",
  match(context) {
    for (const variable of context.shared) {
      if (!canRace(context, variable) || isSynchronised(variable) || variable.text.endsWith("[]")) continue;
      inspect(context, variable);
    }
  },
};

function inspect(context: RuleContext, variable: Variable): void {
  const iterations = variable.accesses.filter(
    (access) => iterates(access) && canRunConcurrently(access.function, variable),
  );
  if (iterations.length === 0) return;
  const mutations = mutationsOf(context, variable);
  const always = ALWAYS_CHANGING.has(variable.text);
  if (mutations.length === 0 && !always) return;
  const seen = new Set<FunctionInfo>();
  for (const iteration of iterations) {
    const { function: info, row } = iteration;
    if (seen.has(info) || isHandled(info.file, row, "RuntimeError")) continue;
    const conflict =
      mutations.find((each) => each.function !== info && !shareLock(context, iteration, each)) ??
      mutations.find((each) => each.function === info && !shareLock(context, iteration, each));
    if (conflict === undefined && !always) continue;
    // Changed by the loop's own function only: that is a loop with a purpose, unless several threads run it.
    const evidence = context.evidence(variable, info);
    if (conflict?.function === info && evidence.tier === "T0") continue;
    seen.add(info);
    const isRegistry =
      evidence.tier === "T1" && mutations.every((each) => REGISTRATION.test(each.function.name)) && !always;
    // From 3.14 on weak containers iterate over a copy of their own.
    const isCopied = isWeak(variable) && isAtLeast(context.target, 14);
    const who = conflict?.function.qualifiedName ?? "every import";
    context.report({
      function: info,
      row,
      message: `${variable.text} is iterated here while ${who} may change it${lockNote(context, iteration, conflict)}: RuntimeError for a dict or set, skipped elements for a list`,
      fix: `iterate over list(${variable.text}${viewOf(iteration)}), or hold one lock here and where it is changed`,
      evidence,
      ...(isRegistry || isCopied ? { severity: "medium" as const } : {}),
      related: conflict === undefined ? [] : [{ ...conflict, message: "changed here" }],
    });
  }
}

function iterates({ function: { file }, row }: Access): boolean {
  const op = file.op(row);
  if (op === Op.Iterate) return !file.has(row, EventFlag.ImportTime);
  return op === Op.Pass && WALKING_CALL.test(file.nameOf(row));
}

function viewOf({ function: { file }, row }: Access): string {
  const view = file.op(row) === Op.Iterate ? file.nameOf(row) : "";
  return view === "" ? "" : `.${view}()`;
}

function lockNote(context: RuleContext, iteration: Access, conflict: Access | undefined): string {
  const here = context.locks.heldAt(iteration.function, iteration.row);
  const there = conflict === undefined ? [] : context.locks.heldAt(conflict.function, conflict.row);
  if (here.length > 0) return ` without ${here[0]!.text}, which is held here`;
  return there.length > 0 ? ` under ${there[0]!.text}, which is not held here` : "";
}
