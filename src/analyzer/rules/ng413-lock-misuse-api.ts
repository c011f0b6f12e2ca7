import type { FunctionInfo } from "../calls/index.js";
import { EventFlag, Op, Test } from "../summaries/index.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";

export const lockMisuseApi: Rule = {
  code: "NG413",
  name: "lock-misuse-api",
  severity: "high",
  summary: "A lock is used in a way that locks nothing.",
  explanation:
    "`if lock:` is always true. `lock.acquire` without parentheses does nothing. `acquire(timeout=…)` and `acquire(False)` may fail, and whoever ignores the answer goes on without the lock. `locked()` is out of date as soon as it returns. `with lock.acquire():` enters a bool.",
  unsafe:
    "import threading\n\n_lock = threading.Lock()\n\ndef save(item):\n    _lock.acquire(timeout=1)\n    try:\n        store(item)\n    finally:\n        _lock.release()\n",
  safe: "import threading\n\n_lock = threading.Lock()\n\ndef save(item):\n    if not _lock.acquire(timeout=1):\n        raise TimeoutError\n    try:\n        store(item)\n    finally:\n        _lock.release()\n",
  fix: "Use `with lock:`, or test what `acquire` returns.",
  versions: "every version",
  source: "threading documentation (Lock.acquire)",
  match(context) {
    for (const info of context.project.functions) {
      if (info.file.isTest) continue;
      for (let row = info.firstRow; row < info.lastRow; row++) inspect(context, info, row);
    }
  },
};

function inspect(context: RuleContext, info: FunctionInfo, row: number): void {
  const { file } = info;
  const op = file.op(row);
  if (op !== Op.Test && op !== Op.Method && op !== Op.Read) return;
  const direct = context.project.variable(file, row);
  const variable = op === Op.Read && direct?.name === "acquire" ? direct.container : direct;
  if (variable === undefined || !context.locks.isKnownLock(variable) || context.locks.isAsyncLock(variable))
    return;
  const misuse = misuseOf(info, row, direct === variable);
  if (misuse === undefined) return;
  context.report({
    function: info,
    row,
    message: `${variable.text}${misuse}`,
    fix: `with ${variable.text}: …, or test what acquire() returns`,
    evidence: evidenceOf("T2", `${variable.text} is a lock, so threads are meant to meet here`),
  });
}

function misuseOf(info: FunctionInfo, row: number, isLockItself: boolean): string | undefined {
  const { file } = info;
  switch (file.op(row)) {
    case Op.Read:
      return !isLockItself && file.has(row, EventFlag.Discarded)
        ? ".acquire is named but not called: nothing is locked"
        : undefined;
    case Op.Test:
      if (
        file.detail(row) === Test.Truth &&
        !file.has(row, EventFlag.ViaLocal) &&
        !file.has(row, EventFlag.Negated)
      ) {
        return isNeverNone(info, row)
          ? " is true whether it is locked or not: this tests nothing"
          : undefined;
      }
      if (file.detail(row) === Test.Locked && acquiresSoon(info, row)) {
        return ".locked() is out of date as soon as it has answered: another thread takes the lock before acquire()";
      }
      return undefined;
    case Op.Method: {
      if (file.nameOf(row) !== "acquire") return undefined;
      if (file.has(row, EventFlag.Entered)) return ".acquire() gives a bool: `with` cannot release it";
      const mayFail = file.has(row, EventFlag.MoreArguments) || /^(?:False|0)$/.test(file.keyText(row));
      const isBlocking = /^(?:blocking\s*=\s*)?(?:True|1)$/.test(file.keyText(row));
      const ignored = file.has(row, EventFlag.Discarded) && mayFail && !isBlocking;
      return ignored
        ? ".acquire(…) may fail, and its answer is ignored: the code goes on without the lock"
        : undefined;
    }
    default:
      return undefined;
  }
}

/** A variable that may be None is rightly tested. */
function isNeverNone(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  for (let each = 1; each < file.eventCount; each++) {
    if (file.op(each) === Op.Write && file.pathOf(each) === file.pathOf(row) && file.nameOf(each) === "")
      return false;
  }
  return true;
}

function acquiresSoon(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  for (let next = row + 1; next < Math.min(info.lastRow, row + 8); next++) {
    if (
      file.op(next) === Op.Method &&
      file.nameOf(next) === "acquire" &&
      file.pathOf(next) === file.pathOf(row)
    )
      return true;
  }
  return false;
}
