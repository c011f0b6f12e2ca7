import type { CallSite, FunctionInfo } from "../calls/index.js";
import { BlockColumn, BlockKind, EventFlag } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { catches } from "./flow.js";
import type { Rule } from "./rule.js";
import { isOfType, passedTo } from "./threads.js";

const EXECUTOR = /(?:^|\.)(?:ThreadPool|ProcessPool|InterpreterPool)Executor$/;
const EXECUTOR_NAME = /executor|thread_?pool/i;

export const swallowedFuture: Rule = {
  code: "NG503",
  name: "swallowed-future",
  severity: "medium",
  summary: "The future of a task is thrown away, and with it every exception of the task.",
  explanation:
    "An executor keeps the exception of a task in its future and says nothing. If nobody asks the future, the task fails without a trace: work is missing and no log tells why. `executor.map` raises only while its results are read.",
  unsafe:
    "from concurrent.futures import ThreadPoolExecutor\n\n_executor = ThreadPoolExecutor()\n\ndef store(row):\n    row.save()\n\ndef handle(row):\n    _executor.submit(store, row)\n",
  safe: "from concurrent.futures import ThreadPoolExecutor\n\n_executor = ThreadPoolExecutor()\n\ndef store(row):\n    row.save()\n\ndef report(future):\n    future.result()\n\ndef handle(row):\n    _executor.submit(store, row).add_done_callback(report)\n",
  fix: "Ask for `.result()`, or add a done callback that logs the exception.",
  versions: "every version",
  source: "concurrent.futures documentation (Future.result, Executor.map)",
  match(context) {
    for (const name of ["submit", "map"]) {
      for (const site of context.project.methodCalls.get(name) ?? []) inspect(context, site, name);
    }
  },
};

function inspect(context: RuleContext, { caller: info, row }: CallSite, name: string): void {
  const { file } = info;
  if (file.isTest || !file.has(row, EventFlag.Discarded)) return;
  if (!isOfType(context, info, row, EXECUTOR, EXECUTOR_NAME)) return;
  const target = passedTo(context, file, row);
  if (target !== undefined && handlesItself(target)) return;
  const what = target === undefined ? "the task" : target.qualifiedName;
  context.report({
    function: info,
    row,
    message: `nobody looks at what ${name}() returns: an exception in ${what} vanishes without a trace`,
    fix:
      name === "map"
        ? "read the results: for _ in …map(…): pass"
        : "keep the future and ask for result(), or add_done_callback",
    evidence: { tier: "T3", why: "an executor runs it in another thread", entry: undefined },
  });
}

/** True if a handler around all that a function does catches every exception. */
function handlesItself(info: FunctionInfo): boolean {
  const { file } = info;
  const { blocks } = file.summary;
  const count = blocks.length / BlockColumn.Size;
  const { start, end } = info.summary;
  for (let block = 1; block < count; block++) {
    if (file.blockKind(block) !== BlockKind.Handler || !catches(file, block, [])) continue;
    const at = file.block(block, BlockColumn.Start);
    if (at >= start && at <= end) return true;
  }
  return false;
}
