import type { FunctionInfo, ThreadEntry } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { callAround, madeBy, methodRows, reachedFrom, receiverOf, threadEvidence } from "./threads.js";

const WAITS = new Set(["result", "exception"]);
const SUBMITS = new Set(["submit"]);

export const executorSelfWait: Rule = {
  code: "NG515",
  name: "executor-self-wait",
  severity: "medium",
  summary: "A task submits to the pool that runs it and waits for the result.",
  explanation:
    "The waiting task occupies one of the pool's threads. When all of them wait like this, the tasks that they wait for have no thread to run on, and the pool stands still for ever.",
  unsafe:
    "from concurrent.futures import ThreadPoolExecutor\n\n_pool = ThreadPoolExecutor(4)\n\ndef part(n):\n    return n * n\n\ndef whole(n):\n    return _pool.submit(part, n).result()\n\ndef handle(n):\n    return _pool.submit(whole, n)\n",
  safe: "from concurrent.futures import ThreadPoolExecutor\n\n_pool = ThreadPoolExecutor(4)\n\ndef part(n):\n    return n * n\n\ndef whole(n):\n    return part(n)\n\ndef handle(n):\n    return _pool.submit(whole, n)\n",
  fix: "Call the function directly, or use a second pool for the inner tasks.",
  versions: "every version",
  source: "concurrent.futures documentation (ThreadPoolExecutor, deadlocks)",
  match(context) {
    for (const entry of context.project.entries) if (entry.start !== undefined) inspect(context, entry);
  },
};

function inspect(context: RuleContext, entry: ThreadEntry): void {
  const { caller, row: pass } = entry.start!;
  const { file } = caller;
  const outer = callAround(file, pass, caller.lastRow);
  if (outer === 0 || file.nameOf(outer) !== "submit") return;
  const pool = receiverOf(context, file, outer);
  if (pool === undefined || pool.kind === "parameter") return;
  for (const info of reachedFrom(entry.function)) {
    if (info.file.isTest) continue;
    const inner = methodRows(info, SUBMITS).filter((row) => receiverOf(context, info.file, row) === pool);
    if (inner.length === 0) continue;
    const wait = methodRows(info, WAITS).find((row) => row > inner[0]! && isOfInner(info, row, inner));
    if (wait === undefined) continue;
    context.report({
      function: info,
      row: wait,
      message: `${info.qualifiedName} runs in ${pool.text} and waits for another task of ${pool.text}: when all threads of the pool wait like this, none is left to run what they wait for`,
      fix: "call the function directly, or use a second pool",
      evidence: threadEvidence(entry),
      related: [{ function: info, row: inner[0]!, message: "submitted to the same pool here" }],
    });
    return;
  }
}

/** The future waited for is one that was submitted here. */
function isOfInner(info: FunctionInfo, wait: number, inner: readonly number[]): boolean {
  const { file } = info;
  const made = madeBy(file, wait);
  if (made !== 0) return inner.includes(made);
  // A list of futures: `for future in futures: future.result()`.
  return file.op(wait) === Op.Method && file.pathOf(wait) === 0;
}
