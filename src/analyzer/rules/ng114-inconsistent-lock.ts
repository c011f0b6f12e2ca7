import { type Access, type FunctionInfo, SOME_LOCK, type Variable } from "../calls/index.js";
import { Op, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { resizes } from "./mutations.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently, describeOp, isSynchronised } from "./shared-state.js";

/** Methods whose result is for people: a stale value does no harm. */
const DISPLAYS = /^__(?:repr|str|del|format|sizeof)__$/;

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
    for (const variable of context.shared) {
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
  // Never changed in place: readers see the old object or the new one.
  const isReplaced = !variable.accesses.some((access) => resizes(access));
  const lockedCount = live.filter(
    (access) => context.locks.heldAt(access.function, access.row).length > 0,
  ).length;
  const seen = new Set<FunctionInfo>();
  for (const access of live) {
    const { function: info, row } = access;
    if (context.locks.heldAt(info, row).length > 0 || seen.has(info) || DISPLAYS.test(info.name)) continue;
    const writes = context.isWrite(access);
    // More unlocked writes than locked uses: the lock is about something else.
    if (!writes && lockedCount * 2 < live.length - lockedCount) continue;
    const severity = severityOf(access, writes, isReplaced);
    if (severity === undefined || isMonotonicFlag(variable, access)) continue;
    seen.add(info);
    context.report({
      function: info,
      row,
      // That a lock is held was only written down, not seen.
      severity: severity === "high" && lock === SOME_LOCK ? "medium" : severity,
      message: `${variable.text} is ${describeOp(info, row)} here without ${lock.text}, which ${locked.function.qualifiedName} holds when it changes it`,
      fix: `take ${lock.text} here too`,
      evidence: context.evidence(variable, info),
      related: [{ ...locked, message: `changed here under ${lock.text}` }],
    });
  }
}

function severityOf({ function: { file }, row }: Access, writes: boolean, isReplaced: boolean) {
  const op = file.op(row);
  // One atomic step on a container breaks only what the lock keeps together with it.
  if (writes) return op === Op.Write || op === Op.Update || op === Op.ItemUpdate ? "high" : "medium";
  // One read of a reference is atomic: stale at worst. The object behind it matters if it is changed in place.
  if (isReplaced || op === Op.Read || op === Op.Call || op === Op.Return) return undefined;
  return op === Op.Iterate || op === Op.ItemRead ? "medium" : "low";
}

/** `self.closed = True` is right without a lock: it only ever goes one way. */
function isMonotonicFlag(variable: Variable, { function: { file }, row }: Access): boolean {
  if (file.op(row) !== Op.Write) return false;
  const kind = file.detail(row);
  if (kind !== Value.True && kind !== Value.False) return false;
  return [...variable.types].every((type) => type === "#True" || type === "#False");
}
