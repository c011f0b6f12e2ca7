import type { Access, FunctionInfo, Variable } from "../calls/index.js";
import { EventFlag, Op, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { hasAnyType, methodRows, startedThreadOf, threadEvidence } from "./threads.js";

const EVENT = /(?:^|\.)Event$/;
const ALIVE = new Set(["is_alive", "start"]);
const JOINS = new Set(["join"]);
const STARTS = /(?:^|[._])(?:Thread|Timer)$/;

export const stopFlagRestart: Rule = {
  code: "NG517",
  name: "stop-flag-restart",
  severity: "medium",
  summary:
    "The stop flag of a worker is reset to start it again, while the old worker may not have seen it yet.",
  explanation:
    "Between `stop()` and the moment when the worker looks at the flag, `start()` takes it back. If it believes that the old worker is gone, two run from now on; if it finds the old one alive and starts none, that one may already be on its way out, and none runs.",
  unsafe:
    "import threading\n\nclass Poller:\n    def __init__(self):\n        self._stopped = False\n\n    def start(self):\n        self._stopped = False\n        self._thread = threading.Thread(target=self._run)\n        self._thread.start()\n\n    def stop(self):\n        self._stopped = True\n\n    def _run(self):\n        while not self._stopped:\n            pass\n",
  safe: "import threading\n\nclass Poller:\n    def __init__(self):\n        self._stopped = False\n\n    def start(self):\n        self._stopped = False\n        self._thread = threading.Thread(target=self._run)\n        self._thread.start()\n\n    def stop(self):\n        self._stopped = True\n        self._thread.join()\n\n    def _run(self):\n        while not self._stopped:\n            pass\n",
  fix: "Join the worker in `stop`, or give each worker an Event of its own; decide under a lock.",
  versions: "every version; more frequent without the GIL",
  source: "threading documentation (Thread.is_alive); a fix in PyMongo's periodic executor",
  match(context) {
    for (const variable of context.project.variables) {
      if (variable.owner !== undefined && variable.kind === "attribute") inspect(context, variable);
    }
  },
};

function inspect(context: RuleContext, flag: Variable): void {
  const loop = flag.accesses.find(
    ({ function: info, row }) =>
      info.file.has(row, EventFlag.LoopTest) && startedThreadOf(info) !== undefined,
  );
  if (loop === undefined || loop.function.file.isTest) return;
  const isEvent = hasAnyType(flag, EVENT);
  const reset = flag.accesses.find(
    (access) => isAct(access, isEvent ? "clear" : Value.False) && starts(context, access.function),
  );
  if (reset === undefined) return;
  const stop = flag.accesses.find(
    (access) =>
      access.function !== reset.function &&
      access.function !== loop.function &&
      isAct(access, isEvent ? "set" : Value.True),
  );
  if (stop === undefined) return;
  const owner = flag.owner!;
  for (const method of owner.methods.values()) if (methodRows(method, JOINS).length > 0) return;
  if (context.locks.heldAt(reset.function, reset.row).length > 0) return;
  context.report({
    ...reset,
    message: `${flag.text} is taken back here, before the worker that ${stop.function.qualifiedName} stopped must have seen it: two workers may run, or none`,
    fix: `join the worker in ${stop.function.name}(), or give each worker an Event of its own`,
    evidence: threadEvidence(startedThreadOf(loop.function)!),
    related: [
      { ...stop, message: "told to stop here" },
      { ...loop, message: "the worker looks here" },
    ],
  });
}

function isAct({ function: info, row }: Access, what: string | Value): boolean {
  if (info.isConstructor || info.isModule) return false;
  const { file } = info;
  if (typeof what === "string") return file.op(row) === Op.Method && file.nameOf(row) === what;
  return file.op(row) === Op.Write && file.detail(row) === what;
}

/** True if the function starts a thread, or asks whether it runs. */
function starts(context: RuleContext, info: FunctionInfo): boolean {
  if (methodRows(info, ALIVE).length > 0) return true;
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    if (file.op(row) !== Op.Call) continue;
    const entity = context.project.entity(file, row);
    if (entity.kind === "foreign" && STARTS.test(entity.dotted)) return true;
  }
  return false;
}
