import type { Access, Variable } from "../calls/index.js";
import { Op, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently, describeOp, isSynchronised } from "./shared-state.js";

const SCALARS = new Set(["#None", "#False", "#True", "#Number", "#Text"]);

export const inconsistentLock: Rule = {
  code: "NG114",
  name: "inconsistent-lock",
  severity: "high",
  summary: "A variable that is written under a lock is used elsewhere without it.",
  explanation:
    "A lock protects only what everybody uses under it. One method that writes the field, or changes the container, without the lock makes the locked sections of all others worthless. The rule follows RacerD: a field that is written under a lock at least once must not be accessed without it.",
  unsafe:
    "import threading\n\nclass Registry:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.items = {}\n\n    def add(self, name, item):\n        with self.lock:\n            self.items[name] = item\n\n    def remove(self, name):\n        del self.items[name]\n",
  safe: "import threading\n\nclass Registry:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.items = {}\n\n    def add(self, name, item):\n        with self.lock:\n            self.items[name] = item\n\n    def remove(self, name):\n        with self.lock:\n            del self.items[name]\n",
  fix: "Take the same lock.",
  versions: "every version; more frequent without the GIL",
  source: "Blackshear et al., RacerD (OOPSLA 2018); Savage et al., Eraser (1997)",
  match(context) {
    for (const variable of context.project.variables) {
      if (!canRace(context, variable) || isSynchronised(variable) || variable.text.endsWith("[]")) continue;
      inspect(context, variable);
    }
  },
};

function inspect(context: RuleContext, variable: Variable): void {
  const live = variable.accesses.filter(
    (access) => canRunConcurrently(access.function, variable) && !context.isBeforeSharing(access),
  );
  const locked = live.find(
    (access) => context.isWrite(access) && context.locks.heldAt(access.function, access.row).length > 0,
  );
  if (locked === undefined) return;
  const lock = context.locks.heldAt(locked.function, locked.row)[0]!;
  if (context.locks.isAsyncLock(lock)) return;
  const isScalar = [...variable.types].every((type) => SCALARS.has(type));
  const lockedCount = live.filter(
    (access) => context.locks.heldAt(access.function, access.row).length > 0,
  ).length;
  for (const access of live) {
    const { function: info, row } = access;
    if (context.locks.heldAt(info, row).length > 0) continue;
    const writes = context.isWrite(access);
    // More unlocked writes than locked uses: the lock is about something else.
    if (!writes && lockedCount * 2 < live.length - lockedCount) continue;
    const severity = severityOf(access, writes, isScalar);
    if (severity === undefined || isMonotonicFlag(variable, access)) continue;
    context.report({
      function: info,
      row,
      severity,
      message: `${variable.text} is ${describeOp(info, row)} here without ${lock.text}, which ${locked.function.qualifiedName} holds when it changes it`,
      fix: `take ${lock.text} here too`,
      evidence: context.evidence(variable, info),
      related: [{ ...locked, message: `changed here under ${lock.text}` }],
    });
  }
}

function severityOf({ function: { file }, row }: Access, writes: boolean, isScalar: boolean) {
  if (writes) return "high";
  const op = file.op(row);
  if (op === Op.Iterate || op === Op.Pass) return isScalar ? undefined : "medium";
  if (op === Op.ItemRead || op === Op.Method || op === Op.Test) return isScalar ? "low" : "medium";
  // One read of one reference is atomic: stale at worst.
  return isScalar || op === Op.Read || op === Op.Call ? undefined : "low";
}

/** `self.closed = True` is right without a lock: it only ever goes one way. */
function isMonotonicFlag(variable: Variable, { function: { file }, row }: Access): boolean {
  if (file.op(row) !== Op.Write) return false;
  const kind = file.detail(row);
  if (kind !== Value.True && kind !== Value.False) return false;
  return [...variable.types].every((type) => type === "#True" || type === "#False");
}
