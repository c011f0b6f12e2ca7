import type { FunctionInfo, Variable } from "../calls/index.js";
import { Op, RootKind } from "../summaries/index.js";
import { acquisitionsOf, locksTakenBy } from "./acquisitions.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";

export const selfDeadlock: Rule = {
  code: "NG405",
  name: "self-deadlock",
  severity: "critical",
  summary: "A lock that is not re-entrant is taken again by the thread that holds it.",
  explanation:
    "A `threading.Lock` does not ask who holds it. A method that holds it and calls another one that takes it, by `self[k]`, a property or `len(self)` too, waits for itself for ever.",
  unsafe:
    "import threading\n\nclass Store:\n    def __init__(self):\n        self.lock = threading.Lock()\n\n    def put(self, item):\n        with self.lock:\n            self.flush()\n\n    def flush(self):\n        with self.lock:\n            pass\n",
  safe: "import threading\n\nclass Store:\n    def __init__(self):\n        self.lock = threading.Lock()\n\n    def put(self, item):\n        with self.lock:\n            self._flush_locked()\n\n    def flush(self):\n        with self.lock:\n            self._flush_locked()\n\n    def _flush_locked(self):\n        pass\n",
  fix: "Split the work into a function that expects the lock to be held, or use an RLock.",
  versions: "every version",
  source: "threading documentation (Lock, RLock)",
  match(context) {
    const taken = locksTakenBy(context);
    for (const [info, own] of acquisitionsOf(context)) {
      if (info.file.isTest) continue;
      for (const { row, lock } of own) {
        // In the function itself: a region inside a region of the same lock.
        const isHeld = context.locks.ownLocks(info.file, row).includes(lock);
        const isNested = isHeld && isPlainLock(context, lock) && sameObject(info, row, lock);
        if (isNested && !isReleasedElsewhere(lock, info)) report(context, info, row, lock, undefined);
      }
      for (const callee of new Set(info.callees)) {
        const locks = taken.get(callee);
        if (locks === undefined) continue;
        for (const { caller, row } of callee.callers) {
          if (caller !== info || !sameObject(info, row, undefined)) continue;
          for (const lock of context.locks.ownLocks(info.file, row)) {
            if (locks.has(lock) && isPlainLock(context, lock) && takesOnOwnObject(context, callee, lock))
              report(context, info, row, lock, callee);
          }
        }
      }
    }
  },
};

/** A lock taken twice on purpose: the second time waits for the signal that another function gives by releasing it. */
function isReleasedElsewhere(lock: Variable, info: FunctionInfo): boolean {
  return lock.accesses.some(
    ({ function: other, row }) =>
      other !== info && other.file.op(row) === Op.Method && other.file.nameOf(row) === "release",
  );
}

/** Known to be a Lock, and nothing else. */
function isPlainLock(context: RuleContext, lock: Variable): boolean {
  if (context.locks.isReentrant(lock) || context.locks.isAsyncLock(lock)) return false;
  return [...lock.types].every((type) => /(?:^|\.)(?:Lock|allocate_lock)$/.test(type)) && lock.types.size > 0;
}

/** A lock of an instance is the same one only if the call goes to the same instance. */
function sameObject(info: FunctionInfo, row: number, lock: Variable | undefined): boolean {
  const { file } = info;
  if (lock !== undefined) return true;
  const path = file.pathOf(row);
  const owner = file.pathOwner(path);
  if (file.pathKind(path) === RootKind.Self || file.pathKind(path) === RootKind.Global) return true;
  return file.pathKind(path) === RootKind.Attribute && file.pathKind(owner) !== RootKind.Attribute;
}

/** The callee takes it itself or through calls on its own object. */
function takesOnOwnObject(context: RuleContext, callee: FunctionInfo, lock: Variable): boolean {
  const all = acquisitionsOf(context);
  const taken = locksTakenBy(context);
  const seen = new Set<FunctionInfo>();
  const pending = [callee];
  while (pending.length > 0) {
    const info = pending.pop()!;
    if (seen.has(info)) continue;
    seen.add(info);
    const own = all.get(info)?.find((each) => each.lock === lock);
    if (own !== undefined)
      return (
        context.locks.heldAt(info, own.row).length === 0 || !context.locks.entryLocks(info).includes(lock)
      );
    for (const next of info.callees) {
      const call = next.callers.find(({ caller }) => caller === info);
      if (call !== undefined && taken.get(next)?.has(lock) && sameObject(info, call.row, undefined))
        pending.push(next);
    }
  }
  return false;
}

function report(
  context: RuleContext,
  info: FunctionInfo,
  row: number,
  lock: Variable,
  callee: FunctionInfo | undefined,
): void {
  const again =
    callee === undefined
      ? undefined
      : acquisitionsOf(context)
          .get(callee)
          ?.find((each) => each.lock === lock);
  context.report({
    function: info,
    row,
    message:
      callee === undefined
        ? `${lock.text} is taken here although ${info.qualifiedName} already holds it: the thread waits for itself for ever`
        : `${info.qualifiedName} holds ${lock.text} and calls ${callee.qualifiedName}, which takes it again: the thread waits for itself for ever`,
    fix: `call a variant of ${callee?.qualifiedName ?? "it"} that expects ${lock.text} to be held, or make it an RLock`,
    evidence: evidenceOf("T2", `${lock.text} is a lock, so threads are meant to meet here`),
    related: again === undefined ? [] : [{ ...again, message: "taken again here" }],
  });
}
