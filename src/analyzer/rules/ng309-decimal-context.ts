import type { FunctionInfo } from "../calls/index.js";
import { Op, RootKind } from "../summaries/index.js";
import { isAtLeast } from "../target.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { reachedFrom, startedThreadOf, threadEvidence } from "./threads.js";

const INHERITING_MINOR = 14;
const SETTINGS = new Set(["prec", "rounding"]);
const OWN_CONTEXT = ["decimal.localcontext", "decimal.setcontext", "decimal.getcontext"];

export const decimalContext: Rule = {
  code: "NG309",
  name: "decimal-context",
  severity: "medium",
  summary: "The decimal context is set in one thread, and another computes with decimals.",
  explanation:
    "The context belongs to the thread (in fact to the context of contextvars). A new thread has the defaults on builds with the GIL and on 3.13t, so it computes with 28 digits whatever the main thread has set. 3.14t and newer hand a new thread a copy of its starter's context; nothing is reported for them.",
  unsafe:
    "import decimal\nimport threading\n\ndecimal.getcontext().prec = 5\n\ndef work():\n    print(decimal.Decimal(1) / 3)\n\ndef start():\n    threading.Thread(target=work).start()\n",
  safe: "import decimal\nimport threading\n\ndef work():\n    with decimal.localcontext() as context:\n        context.prec = 5\n        print(decimal.Decimal(1) / 3)\n\ndef start():\n    threading.Thread(target=work).start()\n",
  fix: "Use `decimal.localcontext()` in the worker, or set `decimal.DefaultContext` before any thread starts.",
  versions: "up to 3.13 and 3.13t on all builds; from 3.14 on builds with the GIL only",
  source: "decimal documentation (working with threads)",
  exampleTarget: "3.13t",
  appliesTo: (target) => !(target.freeThreaded && isAtLeast(target, INHERITING_MINOR)),
  match(context) {
    const worker = findWorker(context);
    if (worker === undefined) return;
    for (const { caller: info, row } of context.project.foreignCalls.get("decimal.getcontext") ?? []) {
      if (info.file.isTest || startedThreadOf(info) !== undefined || !setsContext(info, row)) continue;
      context.report({
        function: info,
        row,
        message: `the precision set here is for this thread; ${worker.function.qualifiedName} computes in another one, with the default context`,
        fix: "use decimal.localcontext() in the worker",
        evidence: threadEvidence(startedThreadOf(worker.function)!),
        related: [{ ...worker, message: "computes here, in a thread" }],
      });
    }
  },
};

/** A thread that computes with decimals and sets no context of its own. */
function findWorker(context: RuleContext) {
  const { foreignCalls } = context.project;
  const settled = new Set(
    OWN_CONTEXT.flatMap((name) => foreignCalls.get(name) ?? []).map(({ caller }) => caller),
  );
  for (const { caller, row } of foreignCalls.get("decimal.Decimal") ?? []) {
    const entry = startedThreadOf(caller);
    if (entry === undefined || caller.file.isTest) continue;
    if (![...reachedFrom(entry.function)].some((each) => settled.has(each))) return { function: caller, row };
  }
  return undefined;
}

/** `getcontext().prec = …`, or the same through a local. */
function setsContext({ file, lastRow }: FunctionInfo, call: number): boolean {
  for (let row = call + 1; row < lastRow; row++) {
    if (file.op(row) !== Op.Write) continue;
    const path = file.pathOf(row);
    if (SETTINGS.has(file.pathName(path)) && file.pathKind(file.pathOwner(path)) === RootKind.Unknown)
      return true;
  }
  return false;
}
