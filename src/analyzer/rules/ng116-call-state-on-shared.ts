import type { FunctionInfo, Variable } from "../calls/index.js";
import { EventFlag, Op, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import type { Sequence } from "./sequences.js";
import { isSynchronised } from "./shared-state.js";

/** Values of one call: what it was given, what it computed. */
const CALL_VALUES = new Set([Value.Call, Value.Path, Value.Expression, Value.Unknown]);
/** Depth of calls in which the value is looked for. */
const MAX_DEPTH = 3;
const MAX_FUNCTIONS = 40;
/** Objects that are made for one job: their methods are steps of it. */
const ONE_JOB =
  /(?:parser|reader|writer|visitor|lexer|token|scanner|builder|compiler|generator|iterator|formatter|printer|encoder|decoder|context|state|test|command|frame|transformer|walker|formatter|loader|dumper|emitter|composer|node|event|request|response|message|session|thread|process|dialog|window|widget|mock|fixture)/i;
const LIFECYCLE =
  /^(?:open|connect|start|setup|set_?up|configure|init\w*|reset|load|prepare|run|main|begin|bind|setUp\w*|tearDown\w*|_?connect\w*|set_\w+|_set_\w+|_?reset\w*|_?init\w*|_?start\w*|_?open\w*|__enter__|__iter__|__next__|feed|parse\w*|_?read\w*|visit\w*|update\w*|_?update\w*)$/;

export const callStateOnShared: Rule = {
  code: "NG116",
  name: "call-state-on-shared",
  severity: "medium",
  summary: "A method keeps values of one call on the object, and methods it calls read them back.",
  explanation:
    "The attribute is an argument in disguise. When two threads call the method on one object, the second overwrites the value of the first, and the first goes on with the value of another call: a request signed with the time of another request, a result for somebody else. It goes wrong without any exception.",
  unsafe:
    "class Signer:\n    def sign(self, request):\n        self.timestamp = now()\n        return self.header(request) + self.scope(request)\n\n    def header(self, request):\n        return request.name + self.timestamp\n\n    def scope(self, request):\n        return request.region + self.timestamp\n\n_signer = Signer()\n",
  safe: "class Signer:\n    def sign(self, request):\n        timestamp = now()\n        return self.header(request, timestamp) + self.scope(request, timestamp)\n\n    def header(self, request, timestamp):\n        return request.name + timestamp\n\n    def scope(self, request, timestamp):\n        return request.region + timestamp\n\n_signer = Signer()\n",
  fix: "Pass the value as an argument, or keep it on an object made for the call.",
  versions: "every version; more frequent without the GIL",
  source: "py-free-threading guide, porting",
  match(context) {
    for (const sequence of context.sequences) inspect(context, sequence);
  },
};

function inspect(context: RuleContext, { function: info, variable, rows }: Sequence): void {
  if (variable.kind !== "attribute" || variable.container !== undefined || isSynchronised(variable)) return;
  if (variable.owner === undefined || ONE_JOB.test(variable.owner.name) || LIFECYCLE.test(info.name)) return;
  if (info.name.startsWith("__") && info.name !== "__call__") return;
  const { file } = info;
  const write = rows.find((row) => file.op(row) === Op.Write);
  if (write === undefined || rows.some((row) => row < write)) return;
  if (!CALL_VALUES.has(file.detail(write)) || file.has(write, EventFlag.FromOldValue)) return;
  if (context.locks.heldAt(info, write).length > 0) return;
  // Set in one place for every call, so the value never outlives it.
  const writers = variable.accesses.filter(
    (access) => context.isWrite(access) && !access.function.isConstructor,
  );
  if (writers.some((access) => access.function !== info)) return;
  const readers = readersBehind(context, info, variable, write);
  if (readers.length === 0) return;
  const evidence = context.evidence(variable, info);
  if (
    evidence.tier === "T0" &&
    (readers.length < 2 || info.callers.some(({ caller }) => caller.owner === info.owner))
  )
    return;
  const [first] = readers;
  context.report({
    function: info,
    row: write,
    severity: evidence.tier === "T3" || evidence.tier === "T1" ? "high" : "medium",
    message: `${variable.text} holds a value of this call, and ${first!.function.qualifiedName} reads it back at line ${first!.function.file.line(first!.row)}: when two threads call ${info.qualifiedName} on one object, one goes on with the other's value`,
    fix: `pass the value to ${first!.function.qualifiedName} as an argument`,
    evidence,
    related: readers.slice(0, 4).map((reader) => ({ ...reader, message: "read back here" })),
  });
}

/** Functions called after the write, at any small depth, that read the variable. */
function readersBehind(context: RuleContext, info: FunctionInfo, variable: Variable, write: number) {
  const { file } = info;
  const readers: { function: FunctionInfo; row: number }[] = [];
  const seen = new Set<FunctionInfo>([info]);
  let level: FunctionInfo[] = [];
  for (let row = write + 1; row < info.lastRow; row++) {
    if (file.op(row) !== Op.Call) continue;
    const entity = context.project.entity(file, row);
    if (entity.kind === "function") level.push(entity.function);
  }
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: FunctionInfo[] = [];
    for (const called of level) {
      if (seen.has(called) || seen.size > MAX_FUNCTIONS) continue;
      seen.add(called);
      const read = variable.accesses.find((access) => access.function === called && !context.isWrite(access));
      if (read !== undefined) readers.push(read);
      next.push(...called.callees);
    }
    level = next;
  }
  return readers;
}
