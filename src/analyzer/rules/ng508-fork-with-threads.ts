import type { CallSite, FunctionInfo } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import { isAtLeast } from "../target.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { isStarted, startedThreadOf, threadEvidence } from "./threads.js";

/** Forks whatever the version. */
const FORKS = ["os.fork", "os.forkpty"];
/** Forks where it is asked for. */
const ASKED = ["multiprocessing.get_context", "multiprocessing.set_start_method"];
/** Forks where it is the default: Linux, before 3.14. */
const BY_DEFAULT = [
  "multiprocessing.Process",
  "multiprocessing.Pool",
  "concurrent.futures.ProcessPoolExecutor",
  "concurrent.futures.process.ProcessPoolExecutor",
];
const PREEXEC = [
  "subprocess.Popen",
  "subprocess.run",
  "subprocess.call",
  "subprocess.check_call",
  "subprocess.check_output",
];
/** After these the child holds nothing of the parent's. */
const EXEC = /^os\.(?:exec\w+|_exit)$/;
const FORKSERVER_DEFAULT_MINOR = 14;

export const forkWithThreads: Rule = {
  code: "NG508",
  name: "fork-with-threads",
  severity: "high",
  summary: "A process that has threads is forked.",
  explanation:
    "The child has only the thread that forked, and a copy of every lock in the state it was in. A lock that another thread held at that moment is never released in the child: the first `print`, log line or import there may wait for ever. Since 3.14 multiprocessing on Linux starts a server instead of forking; code that asks for `fork`, `os.fork` and `preexec_fn` still fork. A fork that is followed by `exec` in the same function is not reported.",
  unsafe:
    "import os\nimport threading\n\ndef start(work, child):\n    threading.Thread(target=work).start()\n    if os.fork() == 0:\n        child()\n\ndef refresh():\n    pass\n\ndef run():\n    threading.Thread(target=refresh).start()\n",
  safe: 'import multiprocessing\nimport threading\n\ndef start(child):\n    multiprocessing.get_context("spawn").Process(target=child).start()\n\ndef refresh():\n    pass\n\ndef run():\n    threading.Thread(target=refresh).start()\n',
  fix: 'Use `multiprocessing.get_context("spawn")` or `"forkserver"`; fork before the first thread starts.',
  versions: "every version; multiprocessing no longer forks by default on Linux from 3.14",
  source: "os.fork and multiprocessing documentation; PLW1509 for preexec_fn",
  match(context) {
    const { foreignCalls } = context.project;
    for (const dotted of FORKS) {
      for (const site of foreignCalls.get(dotted) ?? [])
        if (!execs(context, site.caller)) inspect(context, site, dotted);
    }
    for (const dotted of ASKED) {
      for (const site of foreignCalls.get(dotted) ?? []) {
        if (/^["']fork["']$/.test(site.caller.file.keyText(site.row)))
          inspect(context, site, `${dotted}("fork")`);
      }
    }
    for (const dotted of PREEXEC) {
      for (const site of foreignCalls.get(dotted) ?? []) {
        const text = site.caller.file.argumentsOf(site.row);
        if (/\bpreexec_fn\s*=\s*(?!None\b)/.test(text)) inspect(context, site, "preexec_fn");
      }
    }
    if (isAtLeast(context.target, FORKSERVER_DEFAULT_MINOR) || choosesOtherwise(context)) return;
    for (const dotted of BY_DEFAULT) {
      for (const site of foreignCalls.get(dotted) ?? []) {
        if (!/\bmp_context\s*=/.test(site.caller.file.argumentsOf(site.row))) inspect(context, site, dotted);
      }
    }
  },
};

function inspect(context: RuleContext, { caller: info, row }: CallSite, what: string): void {
  const { file } = info;
  if (file.isTest) return;
  const own = startedThreadOf(info);
  const other = context.project.entries.find(
    (entry) => isStarted(entry) && entry.start !== undefined && entry.start.caller.file === file,
  );
  if (own === undefined && other === undefined) return;
  context.report({
    function: info,
    row,
    message: `${what} copies the process while threads run: a lock that one of them holds stays locked in the child for ever`,
    fix: 'use multiprocessing.get_context("spawn"), or fork before the first thread starts',
    evidence:
      own !== undefined
        ? threadEvidence(own)
        : evidenceOf(
            "T2",
            `the module starts threads: ${other!.function.qualifiedName} is ${other!.description}`,
          ),
    ...(other?.start === undefined || own !== undefined
      ? {}
      : {
          related: [
            { function: other.start.caller, row: other.start.row, message: "a thread is started here" },
          ],
        }),
  });
}

function execs(context: RuleContext, info: FunctionInfo): boolean {
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    if (file.op(row) !== Op.Call) continue;
    const entity = context.project.entity(file, row);
    if (entity.kind === "foreign" && (EXEC.test(entity.dotted) || entity.dotted === "os.register_at_fork"))
      return true;
  }
  return false;
}

/** The program says how processes start. */
function choosesOtherwise(context: RuleContext): boolean {
  const sites = context.project.foreignCalls.get("multiprocessing.set_start_method") ?? [];
  return sites.some(({ caller, row }) => !/["']fork["']/.test(caller.file.keyText(row)));
}
