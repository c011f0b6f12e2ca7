import type { CallSite, Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { areExclusive, isCovered } from "./flow.js";
import type { Rule } from "./rule.js";
import { hasAnyType, receiverOf } from "./threads.js";

const WAKING = ["set", "notify", "notify_all", "set_result", "set_exception"];
const WAITABLE = /(?:^|\.)(?:Event|Condition|Future)$/;
const WAITS = new Set(["wait", "wait_for", "result"]);
const ASYNC = /^(?:asyncio|tornado|anyio|trio|curio)\./;

export const notifyBeforeState: Rule = {
  code: "NG516",
  name: "notify-before-state",
  severity: "medium",
  summary: "Somebody is woken before the state that they will read is written.",
  explanation:
    "The thread that waits may run the instant it is woken, and without the GIL it really does. It then reads the old value of what is written in the next line.",
  unsafe:
    "import threading\n\nclass Job:\n    def __init__(self):\n        self.done = threading.Event()\n        self.value = None\n\n    def finish(self, value):\n        self.done.set()\n        self.value = value\n\n    def result(self):\n        self.done.wait()\n        return self.value\n",
  safe: "import threading\n\nclass Job:\n    def __init__(self):\n        self.done = threading.Event()\n        self.value = None\n\n    def finish(self, value):\n        self.value = value\n        self.done.set()\n\n    def result(self):\n        self.done.wait()\n        return self.value\n",
  fix: "Write the state first, wake last.",
  versions: "every version; more frequent without the GIL",
  source: "threading documentation (Event, Condition)",
  match(context) {
    for (const name of WAKING) {
      for (const site of context.project.methodCalls.get(name) ?? []) inspect(context, site, name);
    }
  },
};

function inspect(context: RuleContext, { caller: info, row: wake }: CallSite, name: string): void {
  const { file } = info;
  const event = receiverOf(context, file, wake);
  if (event === undefined || file.isTest || info.isConstructor || info.isModule) return;
  if (!hasAnyType(event, WAITABLE) || hasAnyType(event, ASYNC)) return;
  for (let row = wake + 1; row < info.lastRow; row++) {
    if (file.op(row) !== Op.Write && file.op(row) !== Op.ItemWrite) continue;
    const state = context.project.variable(file, row);
    if (state === undefined || state === event || state.kind === "parameter" || areExclusive(file, wake, row))
      continue;
    // Who waits needs the lock to go on.
    if (isCovered(context.locks, info, wake, row)) continue;
    // The state is written before as well: what comes behind is the next round's.
    if (
      state.accesses.some(
        (other) => other.function === info && other.row < wake && file.op(other.row) === file.op(row),
      )
    )
      continue;
    const read = readAfterWait(event, state);
    if (read === undefined || read.function === info) continue;
    context.report({
      function: info,
      row: wake,
      message: `${event.text}.${name}() wakes ${read.function.qualifiedName}, which reads ${state.text}; it is written only at line ${file.line(row)}`,
      fix: "write the state first, wake last",
      evidence: { tier: "T2", why: `${event.text} is there for threads to wait on`, entry: undefined },
      related: [
        { function: info, row, message: "written here, too late" },
        { ...read, message: "read here" },
      ],
    });
    return;
  }
}

/** Where somebody reads the state after waiting for the event. */
function readAfterWait(event: Variable, state: Variable) {
  for (const { function: info, row: wait } of event.accesses) {
    if (info.file.op(wait) !== Op.Method || !WAITS.has(info.file.nameOf(wait))) continue;
    const read = state.accesses.find(
      (other) => other.function === info && other.row > wait && info.file.op(other.row) !== Op.Write,
    );
    if (read !== undefined) return read;
  }
  return undefined;
}
