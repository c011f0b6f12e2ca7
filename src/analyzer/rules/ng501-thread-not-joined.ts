import type { CallSite, FunctionInfo } from "../calls/index.js";
import { BlockKind } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { calleesOf, madeBy, passedTo } from "./threads.js";

const THREAD = /^(?:threading\.)?Thread$/;

export const threadNotJoined: Rule = {
  code: "NG501",
  name: "thread-not-joined",
  severity: "low",
  summary: "A thread is started and dropped: nobody can wait for it or see that it failed.",
  explanation:
    "Without the Thread object nobody can join it. Whatever follows may run before its work is done, an exception in it is printed and forgotten, and at the end of the program the interpreter waits for it for as long as it likes. A daemon thread is stopped in the middle of its work instead; that is not reported, and neither are threads that loop, which are meant to stay. Threads that are stored and never joined are not looked for: the object may be joined through any other name.",
  unsafe:
    'import threading\n\ndef save(data):\n    with open("state.json", "w") as file:\n        file.write(data)\n\ndef on_change(data):\n    threading.Thread(target=save, args=(data,)).start()\n',
  safe: 'import threading\n\ndef save(data):\n    with open("state.json", "w") as file:\n        file.write(data)\n\ndef on_change(data):\n    writer = threading.Thread(target=save, args=(data,))\n    writer.start()\n    return writer\n',
  fix: "Keep the thread and join it, or submit the work to an executor and look at its future.",
  versions: "every version",
  source: "threading documentation (Thread.join, daemon)",
  match(context) {
    for (const site of context.project.methodCalls.get("start") ?? []) inspect(context, site);
  },
};

function inspect(context: RuleContext, { caller: info, row }: CallSite): void {
  const { file } = info;
  if (file.isTest || info.isModule) return;
  const made = madeBy(file, row);
  // `Thread(…).start()`: one expression, so that no name is left.
  if (made === 0 || file.start(made) !== file.start(row)) return;
  if (!calleesOf(context, file, made).some((callee) => THREAD.test(callee))) return;
  if (/\bdaemon\s*=/.test(file.argumentsOf(made))) return;
  const target = passedTo(context, file, made);
  if (target === undefined || loops(target)) return;
  context.report({
    function: info,
    row,
    message: `the thread that runs ${target.qualifiedName} is started and dropped: nobody can wait for it or learn that it failed`,
    fix: "keep the Thread and join it, or use an executor",
    evidence: { tier: "T3", why: "the thread is started here", entry: undefined },
  });
}

function loops(info: FunctionInfo): boolean {
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    if (file.enclosing(file.blockOf(row), BlockKind.While) !== 0) return true;
  }
  return false;
}
