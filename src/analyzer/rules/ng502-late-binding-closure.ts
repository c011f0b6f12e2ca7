import type { FileView, FunctionInfo } from "../calls/index.js";
import { BlockColumn, BlockKind, EventFlag, Op, RootKind } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { loopAround } from "./threads.js";

/** Calls that run what they are given later, besides those that start threads. */
const LATER = new Set(["call_soon", "call_soon_threadsafe", "call_later", "call_at", "add_done_callback"]);
/** Calls that wait for what was started. */
const WAITS = new Set(["join", "result", "wait", "shutdown", "run_until_complete", "gather", "as_completed"]);
const NAMES = new Set([RootKind.Cell, RootKind.Global]);

export const lateBindingClosure: Rule = {
  code: "NG502",
  name: "late-binding-closure",
  severity: "high",
  summary: "A function made in a loop reads the loop's variable, and runs in another thread or later.",
  explanation:
    "A closure keeps the variable, not its value. By the time the thread runs, the loop has gone on, so several tasks see the same later value and some values are never seen. With the GIL the thread often wins the race and the fault stays hidden; without it the loop runs on at once.",
  unsafe:
    "from concurrent.futures import ThreadPoolExecutor\n\ndef fetch_all(urls, fetch):\n    with ThreadPoolExecutor() as pool:\n        for url in urls:\n            pool.submit(lambda: fetch(url))\n",
  safe: "from concurrent.futures import ThreadPoolExecutor\n\ndef fetch_all(urls, fetch):\n    with ThreadPoolExecutor() as pool:\n        for url in urls:\n            pool.submit(fetch, url).add_done_callback(print)\n",
  fix: "Pass the value as an argument: `submit(f, x)`, `args=(x,)`, `functools.partial(f, x)` or a default `lambda x=x: …`.",
  versions: "every version; more frequent without the GIL",
  source: "flake8-bugbear B023, pylint W0640",
  match(context) {
    const seen = new Set<string>();
    for (const { function: target, start } of context.project.entries) {
      if (start === undefined) continue;
      seen.add(`${start.caller.file.index}:${start.row}`);
      inspect(context, start.caller, start.row, target);
    }
    for (const info of context.project.functions) {
      const { file } = info;
      if (file.isTest) continue;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        if (file.op(row) !== Op.Pass || seen.has(`${file.index}:${row}`)) continue;
        const callee = file.nameOf(row);
        if (!LATER.has(callee.slice(callee.lastIndexOf(".") + 1))) continue;
        const entity = context.project.entity(file, row);
        if (entity.kind === "function") inspect(context, info, row, entity.function);
      }
    }
  },
};

function inspect(context: RuleContext, info: FunctionInfo, row: number, target: FunctionInfo): void {
  const { file } = info;
  if (target.file !== file || file.isTest) return;
  const loop = loopAround(file, row);
  if (loop === 0 || file.block(file.blockOf(row), BlockColumn.Leaves) === 1) return;
  if (isWaitedFor(info, row, loop)) return;
  const used = namesUsedIn(target);
  for (let write = info.firstRow; write < info.lastRow; write++) {
    if (file.op(write) !== Op.Write || !used.has(file.pathOf(write))) continue;
    if (!isBoundBy(file, write, loop)) continue;
    const name = file.pathName(file.pathOf(write));
    context.report({
      function: info,
      row,
      message: `the function given away here reads ${name} when it runs, and the loop at line ${file.lineAt(file.block(loop, BlockColumn.Start))} has bound it anew by then: tasks see a later value, or all the last one`,
      fix: `pass ${name} as an argument, or as a default: lambda ${name}=${name}: …`,
      evidence: {
        tier: "T3",
        why: "the call here runs the function later, while the loop goes on",
        entry: undefined,
      },
      related: [{ function: info, row: write, message: "bound anew in each round" }],
    });
    return;
  }
}

/** Variables of outer functions, or of the module, that a function reads. */
function namesUsedIn(info: FunctionInfo): Set<number> {
  const { file } = info;
  const used = new Set<number>();
  for (let row = info.firstRow; row < info.lastRow; row++) {
    let path = file.pathOf(row);
    while (file.pathKind(path) === RootKind.Attribute || file.pathKind(path) === RootKind.Element)
      path = file.pathOwner(path);
    if (path !== 0 && NAMES.has(file.pathKind(path))) used.add(path);
  }
  return used;
}

/** True for the target of the loop, and for what its body assigns. */
function isBoundBy(file: FileView, write: number, loop: number): boolean {
  if (file.isInside(file.blockOf(write), loop)) return true;
  const isHeader =
    file.blockOf(write) === file.parentBlock(loop) &&
    file.start(write) < file.block(loop, BlockColumn.Start) &&
    write >= file.block(loop, BlockColumn.TestFirst);
  return isHeader && file.block(loop, BlockColumn.TestFirst) !== 0 && file.blockKind(loop) === BlockKind.For;
}

/** True if the round ends only when the task has ended. */
function isWaitedFor(info: FunctionInfo, row: number, loop: number): boolean {
  const { file } = info;
  for (let next = row; next < info.lastRow; next++) {
    if (!file.isInside(file.blockOf(next), loop)) continue;
    const op = file.op(next);
    if (op === Op.Await) return true;
    const name = op === Op.Method ? file.nameOf(next) : op === Op.Call ? lastName(file, next) : "";
    if (WAITS.has(name)) return true;
  }
  // `with ThreadPoolExecutor() as pool:` inside the loop waits at its end.
  const region = file.enclosing(file.blockOf(row), BlockKind.With);
  if (region <= loop) return false;
  for (let before = row; before >= info.firstRow; before--) {
    if (file.has(before, EventFlag.Entered) && file.blockOf(before) === file.parentBlock(region)) {
      return /Executor|Pool|TaskGroup|Nursery|nursery/.test(file.pathName(file.pathOf(before)));
    }
  }
  return false;
}

function lastName(file: FileView, row: number): string {
  return file.pathName(file.pathOf(row)).split(".").pop() ?? "";
}
