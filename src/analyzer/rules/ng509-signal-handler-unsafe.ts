import { type FunctionInfo, MUTATING_METHODS, type ThreadEntry, type Variable } from "../calls/index.js";
import { EventFlag, Op } from "../summaries/index.js";
import { acquisitionsOf } from "./acquisitions.js";
import type { Discovery, RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { hasAnyType } from "./threads.js";

const HANDLER = "a signal handler";
const LOGGER = /(?:^|\.)(?:getLogger|get_logger|Logger)$/;
const LOG_METHOD = /^(?:debug|info|warning|warn|error|critical|exception|log)$/;
const LOCKED_QUEUE = /^queue\.(?:Queue|LifoQueue|PriorityQueue)$/;
/** A handler that ends the process need not worry about what it interrupts. */
const ENDS = /^(?:sys\.exit|os\._exit|os\.abort|os\.kill|exit|quit)$/;

export const signalHandlerUnsafe: Rule = {
  code: "NG509",
  name: "signal-handler-unsafe",
  severity: "high",
  summary: "A signal handler takes a lock, prints, logs or changes what the interrupted code is working on.",
  explanation:
    "A handler runs in the main thread, between two instructions of whatever it was doing. If that was a section under a lock, the handler waits for a lock that its own thread holds. If it was a `print` or a log call, the buffer is in use (`RuntimeError: reentrant call`). If it was a loop over a container, the container changes under it. Handlers that end the process may print; functions given to `loop.add_signal_handler` run as ordinary callbacks of the loop and are not reported.",
  unsafe:
    "import signal\nimport threading\n\n_lock = threading.Lock()\n_jobs = {}\n\ndef submit(name, job):\n    with _lock:\n        _jobs[name] = job\n\ndef on_hangup(signum, frame):\n    with _lock:\n        _jobs.clear()\n\nsignal.signal(signal.SIGHUP, on_hangup)\n",
  safe: "import signal\nimport threading\n\n_lock = threading.Lock()\n_jobs = {}\n_reload = threading.Event()\n\ndef submit(name, job):\n    if _reload.is_set():\n        _reload.clear()\n        with _lock:\n            _jobs.clear()\n    with _lock:\n        _jobs[name] = job\n\ndef on_hangup(signum, frame):\n    _reload.set()\n\nsignal.signal(signal.SIGHUP, on_hangup)\n",
  fix: "Set a flag or a threading.Event in the handler and do the work in the main loop; `os.write` to a pipe is safe too.",
  versions: "every version",
  source: "signal documentation (execution of handlers), io documentation (reentrancy)",
  match(context) {
    const handlers = context.project.entries.filter(({ description }) => description === HANDLER);
    if (handlers.length === 0) return;
    for (const info of context.project.functions) {
      const entry = handlers.find((each) => info.threads.has(each));
      if (entry !== undefined && !info.file.isTest && !ends(context, entry.function))
        inspect(context, info, entry);
    }
  },
};

function inspect(context: RuleContext, info: FunctionInfo, entry: ThreadEntry): void {
  const report = (found: Pick<Discovery, "row" | "message" | "severity" | "related">) => {
    const { start } = entry;
    const set =
      start === undefined
        ? []
        : [{ function: start.caller, row: start.row, message: "becomes a signal handler here" }];
    context.report({
      fix: "set a threading.Event in the handler and do the work in the main loop",
      evidence: {
        tier: "T3",
        why: `${entry.function.qualifiedName} is a signal handler: it interrupts the main thread anywhere`,
        entry: undefined,
      },
      function: info,
      ...found,
      related: [...(found.related ?? []), ...set],
    });
  };
  for (const { row, lock } of acquisitionsOf(context).get(info) ?? []) {
    if (!context.locks.isKnownLock(lock) || context.locks.isReentrant(lock)) continue;
    const { file } = info;
    if (file.op(row) === Op.Method && file.has(row, EventFlag.MoreArguments)) continue;
    const other = holderOutside(context, lock, entry);
    if (other === undefined) continue;
    report({
      row,
      message: `the handler takes ${lock.text}; if the signal comes while ${other.function.qualifiedName} holds it, the thread waits for itself`,
      related: [{ ...other, message: "held here" }],
    });
  }
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    if (info === entry.function) {
      const written = writesOut(context, info, row);
      if (written !== undefined)
        report({
          row,
          message: `${written} in a signal handler: if the signal comes in the middle of another one, it is a reentrant call (RuntimeError) or a lock held by the same thread`,
          severity: "medium",
        });
    }
    const variable = context.project.variable(file, row);
    if (variable === undefined || variable.kind === "parameter") continue;
    const op = file.op(row);
    if (
      op === Op.Method &&
      (file.nameOf(row) === "put" || file.nameOf(row) === "get") &&
      hasAnyType(variable, LOCKED_QUEUE)
    ) {
      report({
        row,
        message: `${variable.text}.${file.nameOf(row)}() takes the lock of the queue; if the signal comes while the main thread is inside the queue, it waits for itself`,
      });
      continue;
    }
    const changes =
      op === Op.ItemWrite ||
      op === Op.ItemDelete ||
      (op === Op.Method && MUTATING_METHODS.has(file.nameOf(row)));
    if (changes) {
      const loop = variable.accesses.find(
        (other) =>
          other.function.file.op(other.row) === Op.Iterate &&
          !other.function.threads.has(entry) &&
          !other.function.isModule,
      );
      if (loop !== undefined)
        report({
          row,
          message: `${variable.text} is changed by a signal handler while ${loop.function.qualifiedName} may be in the middle of a loop over it (RuntimeError, or elements skipped)`,
          related: [{ ...loop, message: "iterated here" }],
        });
    } else if (op === Op.Update || op === Op.ItemUpdate) {
      const update = variable.accesses.find(
        (other) =>
          (other.function.file.op(other.row) === Op.Update ||
            other.function.file.op(other.row) === Op.ItemUpdate) &&
          !other.function.threads.has(entry),
      );
      if (update !== undefined)
        report({
          row,
          message: `${variable.text} is updated by a signal handler and in ${update.function.qualifiedName}, which it may interrupt between read and write: one update is lost`,
          related: [{ ...update, message: "updated here too" }],
        });
    }
  }
}

function holderOutside(context: RuleContext, lock: Variable, entry: ThreadEntry) {
  for (const [info, own] of acquisitionsOf(context)) {
    if (info.threads.has(entry) || info.file.isTest) continue;
    const found = own.find((each) => each.lock === lock);
    if (found !== undefined) return { function: info, row: found.row };
  }
  return undefined;
}

/** `print()` or a log call, in words. */
function writesOut(context: RuleContext, info: FunctionInfo, row: number): string | undefined {
  const { file } = info;
  const op = file.op(row);
  if (op !== Op.Call && op !== Op.Method) return undefined;
  const entity = context.project.entity(file, row);
  if (op === Op.Call && entity.kind === "foreign") {
    if (entity.dotted === "print") return "print()";
    return /^logging\.(?:debug|info|warning|error|critical|exception|log)$/.test(entity.dotted)
      ? `${entity.dotted}()`
      : undefined;
  }
  if (op !== Op.Method || !LOG_METHOD.test(file.nameOf(row))) return undefined;
  const logger = context.project.variable(file, row);
  return logger !== undefined && hasAnyType(logger, LOGGER)
    ? `${logger.text}.${file.nameOf(row)}()`
    : undefined;
}

function ends(context: RuleContext, info: FunctionInfo): boolean {
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    const op = file.op(row);
    if (op === Op.Raise) return true;
    if (op !== Op.Call) continue;
    const entity = context.project.entity(file, row);
    if (entity.kind === "foreign" && ENDS.test(entity.dotted)) return true;
  }
  return false;
}
