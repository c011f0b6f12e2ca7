import type { FunctionInfo } from "../calls/index.js";
import { BlockKind, EventFlag, Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

/** Functions whose work is to take a lock for somebody else. */
const TAKES_FOR_OTHERS =
  /^(?:__enter__|__aenter__|_?acquire\w*|_?lock\w*|_?begin\w*|_?enter\w*|_?take\w*|_?get_lock\w*|_?before\w*|_?start\w*|_?wait\w*)$/;

export const acquireNoRelease: Rule = {
  code: "NG401",
  name: "acquire-no-release",
  severity: "high",
  summary: "A lock is acquired and not released on every path: an exception leaves it locked for ever.",
  explanation:
    "If anything between `acquire()` and `release()` raises, the lock stays locked and the next thread waits for ever. `with lock:` releases on every path.",
  unsafe:
    "import threading\n\n_lock = threading.Lock()\n\ndef save(item):\n    _lock.acquire()\n    store(item)\n    _lock.release()\n",
  safe: "import threading\n\n_lock = threading.Lock()\n\ndef save(item):\n    with _lock:\n        store(item)\n",
  fix: "Use `with`, or release in `finally`.",
  versions: "every version",
  source: "threading documentation (using locks in the with statement)",
  match(context) {
    for (const info of context.project.functions) {
      if (info.file.isTest || TAKES_FOR_OTHERS.test(info.name)) continue;
      for (let row = info.firstRow; row < info.lastRow; row++) inspect(context, info, row);
    }
  },
};

function inspect(context: RuleContext, info: FunctionInfo, row: number): void {
  const { file } = info;
  if (file.op(row) !== Op.Method || file.nameOf(row) !== "acquire" || !file.has(row, EventFlag.Discarded))
    return;
  const lock = context.project.variable(file, row);
  if (lock === undefined || !context.locks.isKnownLock(lock) || /Semaphore/.test([...lock.types].join()))
    return;
  const releases: number[] = [];
  for (let next = row + 1; next < info.lastRow; next++) {
    if (
      file.op(next) === Op.Method &&
      file.nameOf(next) === "release" &&
      file.pathOf(next) === file.pathOf(row)
    )
      releases.push(next);
  }
  const isSafe = releases.some(
    (release) => file.enclosing(file.blockOf(release), BlockKind.Finally, BlockKind.Handler) !== 0,
  );
  if (isSafe) return;
  const first = releases[0];
  if (first === undefined) {
    // Released by another function: a pair of methods that belong together.
    if (
      lock.accesses.some(
        ({ function: other, row: each }) =>
          other !== info && other.file.op(each) === Op.Method && other.file.nameOf(each) === "release",
      )
    )
      return;
  } else if (!canRaise(info, row, first)) return;
  context.report({
    function: info,
    row,
    message:
      first === undefined
        ? `${lock.text} is acquired here and never released`
        : `${lock.text} is acquired here and released at line ${file.line(first)} only if nothing in between raises`,
    fix: `with ${lock.text}: …`,
    evidence: evidenceOf("T2", `${lock.text} is a lock, so threads are meant to meet here`),
  });
}

function canRaise(info: FunctionInfo, from: number, to: number): boolean {
  for (let row = from + 1; row < to; row++) {
    const op = info.file.op(row);
    if (op === Op.Call || op === Op.Method || op === Op.ItemRead || op === Op.ItemDelete || op === Op.Return)
      return true;
  }
  return false;
}
