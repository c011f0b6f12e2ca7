import type { Access, CallSite, FunctionInfo, Variable } from "../calls/index.js";
import { BlockKind, EventFlag, Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { isOfType, startedThreadOf, threadEvidence, threadOf } from "./threads.js";

const GROUP = /(?:^|\.)(?:Base)?ExceptionGroup$/;
const ADDING = new Set(["append", "extend", "insert"]);
const WAITS = new Set(["result", "exception", "shutdown", "wait", "gather", "as_completed", "joinall"]);
const EXECUTOR = /Executor|ThreadPool/;
const TASK_GROUP = /(?:^|\.)(?:TaskGroup|create_task_group|open_nursery)$/;
const TASK_GROUP_NAME = /^_*(?:tg|task_?group|nursery)$/i;

export const exceptionGroupRace: Rule = {
  code: "NG511",
  name: "exception-group-race",
  severity: "medium",
  summary:
    "An ExceptionGroup is made from a list that threads are still adding to, or a task group is used from a thread.",
  explanation:
    "The group copies the list as it is at that moment. Errors of threads that are still running are missing from it, and nobody ever sees them. `thread.join(timeout)` returns whether the thread has ended or not, so it is not enough. A task group or nursery belongs to the thread of its loop.",
  unsafe:
    'import threading\n\ndef run_all(jobs):\n    errors = []\n\n    def run(job):\n        try:\n            job()\n        except Exception as error:\n            errors.append(error)\n\n    for job in jobs:\n        threading.Thread(target=run, args=(job,)).start()\n    if errors:\n        raise ExceptionGroup("jobs failed", errors)\n',
  safe: 'import threading\n\ndef run_all(jobs):\n    errors = []\n\n    def run(job):\n        try:\n            job()\n        except Exception as error:\n            errors.append(error)\n\n    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]\n    for thread in threads:\n        thread.start()\n    for thread in threads:\n        thread.join()\n    if errors:\n        raise ExceptionGroup("jobs failed", errors)\n',
  fix: "Join the threads first, or collect the exceptions of their futures.",
  versions: "every version",
  source: "PEP 654; concurrent.futures documentation; asyncio documentation (TaskGroup)",
  match(context) {
    for (const variable of context.project.variables) {
      for (const access of variable.accesses) {
        const { file } = access.function;
        if (file.op(access.row) === Op.Pass && GROUP.test(file.nameOf(access.row)))
          inspect(context, variable, access);
      }
    }
    for (const name of ["create_task", "start_soon"]) {
      for (const site of context.project.methodCalls.get(name) ?? []) taskGroup(context, site, name);
    }
  },
};

function inspect(context: RuleContext, variable: Variable, { function: info, row }: Access): void {
  const { file } = info;
  if (file.isTest) return;
  const adding = variable.accesses.find(
    (other) =>
      other.function !== info &&
      other.function.file.op(other.row) === Op.Method &&
      ADDING.has(other.function.file.nameOf(other.row)) &&
      threadOf(other.function) !== undefined,
  );
  if (adding === undefined || waitsBefore(context, info, row)) return;
  context.report({
    function: info,
    row,
    message: `the group gets what ${variable.text} holds now, while ${adding.function.qualifiedName} may still be adding to it in a thread: those errors are lost`,
    fix: "join the threads first, or collect the exceptions of their futures",
    evidence: threadEvidence(threadOf(adding.function)!),
    related: [{ ...adding, message: "added to here, in a thread" }],
  });
}

function waitsBefore(context: RuleContext, info: FunctionInfo, group: number): boolean {
  const { file } = info;
  for (let row = info.firstRow; row < group; row++) {
    const op = file.op(row);
    if (op === Op.Method || op === Op.Call) {
      const name =
        op === Op.Method ? file.nameOf(row) : (file.pathName(file.pathOf(row)).split(".").pop() ?? "");
      if (WAITS.has(name) || (name === "join" && file.has(row, EventFlag.NoArguments))) return true;
      const entity = context.project.entity(file, row);
      // What is called in between may wait.
      if (
        op === Op.Call &&
        entity.kind === "function" &&
        /wait|join|close|stop|finish|drain/.test(entity.function.name)
      )
        return true;
    }
    // A `with` block of an executor that has been left.
    if (file.has(row, EventFlag.Entered) && EXECUTOR.test(file.pathName(file.pathOf(row)))) {
      const inside = file.enclosing(file.blockOf(group), BlockKind.With);
      if (inside === 0 || file.parentBlock(inside) !== file.blockOf(row)) return true;
    }
  }
  return false;
}

function taskGroup(context: RuleContext, { caller: info, row }: CallSite, name: string): void {
  const entry = startedThreadOf(info);
  if (entry === undefined || info.isAsync || info.file.isTest) return;
  if (!isOfType(context, info, row, TASK_GROUP, TASK_GROUP_NAME)) return;
  context.report({
    function: info,
    row,
    message: `${info.qualifiedName} runs in a thread and calls ${name}() of a task group, which belongs to the thread of its event loop: the task may be missed when the group ends`,
    fix: "go through loop.call_soon_threadsafe or anyio.from_thread.run",
    evidence: threadEvidence(entry),
  });
}
