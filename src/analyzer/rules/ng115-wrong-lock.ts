import type { Access, Variable } from "../calls/index.js";
import { SOME_LOCK } from "../calls/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { canRace, canRunConcurrently } from "./shared-state.js";

export const wrongLock: Rule = {
  code: "NG115",
  name: "wrong-lock",
  severity: "high",
  summary: "A variable is changed under one lock here and under another lock there.",
  explanation:
    "Two locks do not keep each other out. If one method changes a field under `self.read_lock` and another under `self.write_lock`, both run at the same time, and the field is as unprotected as without any lock.",
  unsafe:
    "import threading\n\nclass Account:\n    def __init__(self):\n        self.in_lock = threading.Lock()\n        self.out_lock = threading.Lock()\n        self.balance = 0\n\n    def deposit(self, amount):\n        with self.in_lock:\n            self.balance += amount\n\n    def withdraw(self, amount):\n        with self.out_lock:\n            self.balance -= amount\n",
  safe: "import threading\n\nclass Account:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.balance = 0\n\n    def deposit(self, amount):\n        with self.lock:\n            self.balance += amount\n\n    def withdraw(self, amount):\n        with self.lock:\n            self.balance -= amount\n",
  fix: "Use one lock for the field.",
  versions: "every version; more frequent without the GIL",
  source: "Savage et al., Eraser (1997)",
  match(context) {
    for (const variable of context.shared) {
      if (canRace(context, variable)) inspect(context, variable);
    }
  },
};

function inspect(context: RuleContext, variable: Variable): void {
  if (variable.text.endsWith("[]")) return;
  const locked = variable.accesses.filter((access) => {
    if (!context.isWrite(access) || !canRunConcurrently(access.function, variable)) return false;
    const held = context.locks.heldAt(access.function, access.row);
    return (
      held.length > 0 && !held.includes(SOME_LOCK) && !held.some((lock) => context.locks.isAsyncLock(lock))
    );
  });
  for (let index = 1; index < locked.length; index++) {
    const access = locked[index]!;
    const other = locked.slice(0, index).find((each) => !shares(context, each, access));
    if (other === undefined) continue;
    const here = context.locks.heldAt(access.function, access.row)[0]!;
    const there = context.locks.heldAt(other.function, other.row)[0]!;
    context.report({
      function: access.function,
      row: access.row,
      message: `${variable.text} is changed here under ${here.text}, but in ${other.function.qualifiedName} under ${there.text}: the two do not keep each other out`,
      fix: `guard ${variable.text} with one lock`,
      evidence: context.evidence(variable, access.function),
      related: [{ ...other, message: `changed here under ${there.text}` }],
    });
    return;
  }
}

function shares(context: RuleContext, left: Access, right: Access): boolean {
  const held = context.locks.heldAt(left.function, left.row);
  return context.locks.heldAt(right.function, right.row).some((lock) => held.includes(lock));
}
