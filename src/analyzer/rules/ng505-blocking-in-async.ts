import type { FunctionInfo } from "../calls/index.js";
import { EventFlag, Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { calleesOf, hasAnyType, isOfType, madeBy, receiverOf } from "./threads.js";

const BLOCKING =
  /^(?:time\.sleep|subprocess\.(?:run|call|check_call|check_output)|requests\.(?:get|post|put|delete|head|patch|request)|httpx\.(?:get|post|put|delete|head|patch|request|stream)|urllib\.request\.urlopen|socket\.create_connection|os\.system|os\.wait(?:pid)?|concurrent\.futures\.wait)$/;
const QUEUE = /^queue\.(?:Queue|SimpleQueue|LifoQueue|PriorityQueue)$/;
const THREAD = /^(?:threading\.)?Thread$/;
const NOT_BLOCKING = /^False$|block\s*=\s*False|blocking\s*=\s*False/;

export const blockingInAsync: Rule = {
  code: "NG505",
  name: "blocking-in-async",
  severity: "high",
  summary: "A coroutine makes a call that blocks the thread of its event loop.",
  explanation:
    "While the call waits, the loop does nothing else: every other task of it stands still. Where the call waits for another thread that in turn waits for the loop (`run_coroutine_threadsafe(…).result()`, a full queue, a lock), nobody goes on. A `with lock:` that is left before the next `await` is not reported: it is short; with an `await` inside it is NG406.",
  unsafe:
    "import asyncio\nimport time\n\nasync def poll(read):\n    while not read():\n        time.sleep(0.1)\n",
  safe: "import asyncio\n\nasync def poll(read):\n    while not read():\n        await asyncio.sleep(0.1)\n",
  fix: "Use the asynchronous call, or `await asyncio.to_thread(f, …)`.",
  versions: "every version",
  source: "asyncio documentation, Developing with asyncio (running blocking code); flake8-async ASYNC2xx",
  match(context) {
    for (const info of context.project.functions) {
      const { file } = info;
      if (!info.isAsync || file.isTest) continue;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        const what = blockingCall(context, info, row);
        if (what === undefined || file.has(row, EventFlag.Awaited)) continue;
        context.report({
          function: info,
          row,
          message: `${what} blocks the thread of the event loop: every task of the loop stands still meanwhile, and if one of them is waited for, for ever`,
          fix: "await the asynchronous call, or asyncio.to_thread(…)",
          evidence: {
            tier: "T3",
            why: `${info.qualifiedName} is a coroutine: the event loop runs it`,
            entry: undefined,
          },
        });
      }
    }
  },
};

function blockingCall(context: RuleContext, info: FunctionInfo, row: number): string | undefined {
  const { file } = info;
  const op = file.op(row);
  if (op === Op.Call) {
    const entity = context.project.entity(file, row);
    if (entity.kind === "foreign" && BLOCKING.test(entity.dotted)) return `${entity.dotted}()`;
  }
  if (op !== Op.Method && op !== Op.Call) return undefined;
  const name = file.nameOf(row);
  const variable = receiverOf(context, file, row);
  switch (name) {
    case "acquire": {
      if (variable === undefined || file.has(row, EventFlag.MoreArguments)) return undefined;
      const isThreadLock = context.locks.isKnownLock(variable) && !context.locks.isAsyncLock(variable);
      return isThreadLock && !NOT_BLOCKING.test(file.keyText(row)) ? `${variable.text}.acquire()` : undefined;
    }
    case "get":
      if (variable === undefined || !hasAnyType(variable, QUEUE) || NOT_BLOCKING.test(file.keyText(row)))
        return undefined;
      return `${variable.text}.get()`;
    case "join":
      return isOfType(context, info, row, THREAD) ? "join() of a thread" : undefined;
    case "result": {
      const made = calleesOf(context, file, madeBy(file, row));
      const isThreads = made.some((callee) => /^(?:submit|asyncio\.run_coroutine_threadsafe)$/.test(callee));
      return isThreads ? "result() of another thread's future" : undefined;
    }
  }
  return undefined;
}
