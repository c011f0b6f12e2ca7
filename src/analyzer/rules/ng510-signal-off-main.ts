import type { CallSite } from "../calls/index.js";
import type { RuleContext } from "./context.js";
import { isHandled } from "./flow.js";
import type { Rule } from "./rule.js";
import { startedThreadOf, threadEvidence } from "./threads.js";

const CALLS = ["signal.signal", "signal.set_wakeup_fd", "signal.siginterrupt"];

export const signalOffMain: Rule = {
  code: "NG510",
  name: "signal-off-main",
  severity: "high",
  summary: "A thread that is not the main one sets a signal handler.",
  explanation:
    "Only the main thread may call `signal.signal`, `signal.set_wakeup_fd` and `loop.add_signal_handler`; in any other they raise ValueError or RuntimeError. `signal.alarm` and `signal.setitimer` are allowed, but their signal arrives in the main thread.",
  unsafe:
    "import signal\nimport threading\n\ndef serve():\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n\ndef start():\n    threading.Thread(target=serve).start()\n",
  safe: "import signal\nimport threading\n\ndef serve():\n    pass\n\ndef start():\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    threading.Thread(target=serve).start()\n",
  fix: "Set handlers in the main thread, before threads are started.",
  versions: "every version",
  source: "signal documentation (signals and threads)",
  match(context) {
    for (const dotted of CALLS) {
      for (const site of context.project.foreignCalls.get(dotted) ?? []) inspect(context, site, dotted);
    }
    for (const site of context.project.methodCalls.get("add_signal_handler") ?? [])
      inspect(context, site, "add_signal_handler");
  },
};

function inspect(context: RuleContext, { caller: info, row }: CallSite, what: string): void {
  const { file } = info;
  const entry = startedThreadOf(info);
  if (entry === undefined || file.isTest || info.isAsync) return;
  if (isHandled(file, row, "ValueError", "RuntimeError", "NotImplementedError")) return;
  const asks = ["threading.main_thread", "threading.current_thread"].some((dotted) =>
    context.project.foreignCalls.get(dotted)?.some(({ caller }) => caller === info),
  );
  if (asks) return;
  context.report({
    function: info,
    row,
    message: `${what}() raises ValueError here: ${info.qualifiedName} runs in a thread, and only the main one may set handlers`,
    fix: "set the handler in the main thread, before this one is started",
    evidence: threadEvidence(entry),
  });
}
