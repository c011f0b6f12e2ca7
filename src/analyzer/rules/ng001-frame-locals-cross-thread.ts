import type { FileView, FunctionInfo } from "../calls/index.js";
import { PathColumn, RootKind } from "../summaries/index.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { methodRows, startedThreadOf, threadEvidence } from "./threads.js";

const LOCALS = "f_locals";
const EXCEPTION_METHODS = new Set(["exception"]);

export const frameLocalsCrossThread: Rule = {
  code: "NG001",
  name: "frame-locals-cross-thread",
  severity: "critical",
  summary: "`f_locals` of a frame that belongs to another thread is read.",
  explanation:
    "Reading `f_locals` looks into the variables of a running function. If that function runs in another thread, the interpreter may abort: nothing stops it from going on meanwhile. Frames of other threads come from `sys._current_frames()`, from the traceback of another thread's exception, or as an argument. Frames of one's own thread (`sys._getframe`, `inspect.currentframe`) are fine.",
  unsafe:
    "import sys\n\ndef snapshot():\n    return {tid: dict(frame.f_locals) for tid, frame in sys._current_frames().items()}\n",
  safe: "import faulthandler\n\ndef snapshot(file):\n    faulthandler.dump_traceback(file)\n",
  fix: "Use `faulthandler.dump_traceback`; hand values over instead of frames; sample from outside the process (profiling.sampling, 3.15).",
  versions: "3.13t to 3.15t; still listed in the documentation of 3.15",
  source: "free-threading how-to (frame objects); verified: aborts in 4 of 4 runs on 3.13t",
  appliesTo: ({ freeThreaded }) => freeThreaded,
  match(context) {
    const walkers = new Set<FunctionInfo>();
    for (const { caller } of context.project.foreignCalls.get("sys._current_frames") ?? []) {
      walkers.add(caller);
      for (const callee of caller.callees) walkers.add(callee);
    }
    for (const file of context.project.files) {
      if (file.isTest || !file.summary.strings.includes(LOCALS)) continue;
      for (const info of context.project.functionsOf(file)) inspect(context, info, walkers.has(info));
    }
  },
};

function inspect(context: RuleContext, info: FunctionInfo, isWalker: boolean): void {
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    const frame = frameOf(file, file.pathOf(row));
    if (frame === undefined) continue;
    const evidence = foreignFrame(context, info, frame, isWalker);
    if (evidence === undefined) continue;
    context.report({
      function: info,
      row,
      message: `f_locals of a frame that another thread is running: the interpreter may abort`,
      fix: "use faulthandler.dump_traceback, or hand values over instead of frames",
      evidence,
    });
  }
}

/** The path of the frame whose locals a path leads through. */
function frameOf(file: FileView, path: number): number | undefined {
  for (let at = path; ; at = file.pathOwner(at)) {
    const kind = file.pathKind(at);
    if (kind !== RootKind.Attribute && kind !== RootKind.Element) return undefined;
    if (kind === RootKind.Attribute && file.pathName(at) === LOCALS) return file.pathOwner(at);
  }
}

/** What shows that the frame is another thread's. */
function foreignFrame(context: RuleContext, info: FunctionInfo, frame: number, isWalker: boolean) {
  const { file } = info;
  const kind = file.pathKind(frame);
  const isPlain = kind === RootKind.Unknown || kind === RootKind.Parameter;
  if (isWalker && isPlain) return evidenceOf("T3", "sys._current_frames() gives the frames of all threads");
  if (kind === RootKind.Attribute && file.pathName(frame) === "tb_frame") {
    const isOther = methodRows(info, EXCEPTION_METHODS).length > 0;
    return isOther ? evidenceOf("T2", "the exception of a future was raised in another thread") : undefined;
  }
  const entry = startedThreadOf(info);
  if (entry === undefined) return undefined;
  // A frame that was given to the thread, or that is kept where it finds it.
  const isGiven = kind === RootKind.Parameter && entry.function === info;
  const variable = context.project.resolver.variable(file, frame);
  const isKept =
    variable !== undefined &&
    (variable.kind === "global" || variable.kind === "attribute" || variable.kind === "cell");
  if (isKept && variable.accesses.some(({ function: other }) => startedThreadOf(other) === undefined))
    return threadEvidence(entry);
  return isGiven && file.summary.paths[frame * PathColumn.Size + PathColumn.Owner] === info.index
    ? threadEvidence(entry)
    : undefined;
}
