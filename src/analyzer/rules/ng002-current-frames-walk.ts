import type { CallSite, FunctionInfo } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import { isAtLeast } from "../target.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";

const SOURCES = ["sys._current_frames", "sys._current_exceptions"];
const STEPS = new Set(["f_back", "f_lineno", "f_code"]);
const WALKS = /^traceback\.(?:extract_stack|walk_stack|StackSummary\.extract)$/;

export const currentFramesWalk: Rule = {
  code: "NG002",
  name: "current-frames-walk",
  severity: "high",
  summary: "The stacks of running threads are walked frame by frame.",
  explanation:
    "`sys._current_frames()` gives the frames of threads that go on running. `f_back` may be None a moment after it was not, and the stack put together from it may never have existed. 3.13t warns of crashes; single attributes are read safely from 3.14.4 on, the stack as a whole still is not. Severity: high on 3.13t, medium up to 3.14.3, low after that.",
  unsafe:
    "import sys\n\ndef stacks():\n    for frame in sys._current_frames().values():\n        while frame.f_back:\n            print(frame.f_lineno)\n            frame = frame.f_back\n",
  safe: "import faulthandler\n\ndef stacks(file):\n    faulthandler.dump_traceback(file)\n",
  fix: "Use faulthandler; or bind `before = frame.f_back` once and test what was bound.",
  versions: "3.13t (may crash), 3.14t; single attribute reads are free of races from 3.14.4",
  source: "sys documentation (_current_frames); changelog of 3.14.4 (gh-144446)",
  appliesTo: ({ freeThreaded }) => freeThreaded,
  match(context) {
    for (const name of SOURCES) {
      for (const site of context.project.foreignCalls.get(name) ?? []) inspect(context, site, name);
    }
  },
};

function inspect(context: RuleContext, { caller: info, row }: CallSite, name: string): void {
  const walk = [info, ...info.callees].find((each) => walks(context, each));
  if (walk === undefined || info.file.isTest) return;
  const { target } = context;
  const severity = isAtLeast(target, 14, 4) ? "low" : isAtLeast(target, 14) ? "medium" : "high";
  context.report({
    function: info,
    row,
    message: `the frames of ${name}() are walked${walk === info ? "" : ` in ${walk.qualifiedName}`} while their threads run on: the stack may be torn, and f_back None a moment after it was not${severity === "high" ? "; this Python may crash" : ""}`,
    fix: "use faulthandler, or bind f_back once and test what was bound",
    evidence: evidenceOf("T3", `${name}() gives the frames of all threads`),
    severity,
  });
}

function walks(context: RuleContext, info: FunctionInfo): boolean {
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    if (STEPS.has(file.pathName(file.pathOf(row)))) return true;
    if (file.op(row) !== Op.Call) continue;
    const entity = context.project.entity(file, row);
    if (entity.kind === "foreign" && WALKS.test(entity.dotted)) return true;
  }
  return false;
}
