import type { CallSite, FunctionInfo, ThreadEntry } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { isOfType, methodRows, startedThreadOf, threadEvidence } from "./threads.js";

const LOOP =
  /^(?:asyncio\.)?(?:get_event_loop|get_running_loop|new_event_loop)$|EventLoop$|^(?:tornado\.ioloop\.)?IOLoop$/;
const LOOP_NAME = /(?:^|_)(?:event_?)?loop$/i;
const LOOP_METHODS = ["call_soon", "call_later", "call_at", "create_task", "stop"];
const FUTURE = /^asyncio\.Future$|(?:^|\.)create_future$/;
const FUTURE_METHODS = ["set_result", "set_exception"];
const TASK_CALLS = ["asyncio.create_task", "asyncio.ensure_future"];
/** Who runs a loop in a thread may use it there. */
const RUNNERS = new Set(["run_forever", "run_until_complete"]);

export const loopApiFromThread: Rule = {
  code: "NG504",
  name: "loop-api-from-thread",
  severity: "high",
  summary: "A thread calls an event loop, or a future of one, without going through `…_threadsafe`.",
  explanation:
    "An event loop belongs to one thread. `call_soon`, `create_task` or `set_result` from another thread change its lists while it works on them and do not wake it: the callback runs whenever something else wakes the loop, or never. Without the GIL the lists themselves may be damaged.",
  unsafe:
    "import asyncio\nimport threading\n\nasync def main():\n    loop = asyncio.get_running_loop()\n    done = asyncio.Event()\n\n    def work():\n        loop.call_soon(done.set)\n\n    threading.Thread(target=work).start()\n    await done.wait()\n",
  safe: "import asyncio\nimport threading\n\nasync def main():\n    loop = asyncio.get_running_loop()\n    done = asyncio.Event()\n\n    def work():\n        loop.call_soon_threadsafe(done.set)\n\n    threading.Thread(target=work).start()\n    await done.wait()\n",
  fix: "Use `loop.call_soon_threadsafe` and `asyncio.run_coroutine_threadsafe`.",
  versions: "every version",
  source: "asyncio documentation, Developing with asyncio (concurrency and multithreading)",
  match(context) {
    const { methodCalls, foreignCalls } = context.project;
    for (const name of LOOP_METHODS) {
      for (const site of methodCalls.get(name) ?? []) {
        if (isOfType(context, site.caller, site.row, LOOP, LOOP_NAME)) inspect(context, site, name);
      }
    }
    for (const name of FUTURE_METHODS) {
      for (const site of methodCalls.get(name) ?? []) {
        if (isOfType(context, site.caller, site.row, FUTURE)) inspect(context, site, name);
      }
    }
    for (const dotted of TASK_CALLS) {
      for (const site of foreignCalls.get(dotted) ?? []) inspect(context, site, dotted);
    }
  },
};

function inspect(context: RuleContext, { caller: info, row }: CallSite, name: string): void {
  if (info.file.isTest || info.isAsync) return;
  const entry = startedThreadOf(info);
  if (entry === undefined || runsLoop(context, info) || ownsLoop(context, entry)) return;
  const safe = /task|ensure_future/.test(name)
    ? "asyncio.run_coroutine_threadsafe(…, loop)"
    : "loop.call_soon_threadsafe(…)";
  context.report({
    function: info,
    row,
    message: `${info.qualifiedName} runs in a thread and calls ${name}(), which only the thread of the event loop may: the loop is not woken, and its lists change under it`,
    fix: `use ${safe}`,
    evidence: threadEvidence(entry),
  });
}

/** True if the thread, not the function alone, runs a loop of its own. */
function ownsLoop(context: RuleContext, entry: ThreadEntry): boolean {
  return (
    runsLoop(context, entry.function) || entry.function.callees.some((callee) => runsLoop(context, callee))
  );
}

function runsLoop(context: RuleContext, info: FunctionInfo): boolean {
  if (methodRows(info, RUNNERS).length > 0) return true;
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    if (file.op(row) !== Op.Call) continue;
    const entity = context.project.entity(file, row);
    if (
      entity.kind === "foreign" &&
      /^(?:asyncio\.run|asyncio\.new_event_loop|uvloop\.run|anyio\.run)$/.test(entity.dotted)
    )
      return true;
  }
  return false;
}
