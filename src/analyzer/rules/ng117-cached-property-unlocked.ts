import type { FunctionInfo } from "../calls/index.js";
import { EventFlag, FunctionFlag, Op, RootKind, Value } from "../summaries/index.js";
import { isAtLeast, type Target } from "../target.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";

const OPENING =
  /open|connect|create|socket|session|client|thread|pool|lock|cursor|engine|process|popen|mkdtemp|register|subscribe|start/i;

export const cachedPropertyUnlocked: Rule = {
  code: "NG117",
  name: "cached-property-unlocked",
  severity: "medium",
  summary:
    "A cached property opens a resource or makes an object of identity, and nothing keeps two threads from doing it twice.",
  explanation:
    "`functools.cached_property` has had no lock since Python 3.12, and home-made versions seldom have one. Two threads that read the property for the first time both run the getter and get different objects: two connections, of which one is never closed.",
  unsafe:
    "from functools import cached_property\n\nclass Store:\n    @cached_property\n    def connection(self):\n        return connect(self.url)\n",
  safe: "import threading\nfrom functools import cached_property\n\nclass Store:\n    def __init__(self):\n        self._lock = threading.Lock()\n        self._connection = None\n\n    @property\n    def connection(self):\n        with self._lock:\n            if self._connection is None:\n                self._connection = connect(self.url)\n            return self._connection\n",
  fix: "Make it in `__init__`, or use a property that checks under a lock.",
  versions: "functools.cached_property: 3.12 and newer; home-made ones: every version",
  source: "functools documentation (cached_property, changed in 3.12)",
  match(context) {
    for (const info of context.project.functions) {
      if (info.file.isTest) continue;
      if (info.is(FunctionFlag.CachedProperty)) getter(context, info);
      else if (info.name === "__get__" && info.owner !== undefined) descriptor(context, info);
    }
  },
};

function hasLockedCache(target: Target): boolean {
  return !isAtLeast(target, 12);
}

/** A getter whose result matters by identity. */
function getter(context: RuleContext, info: FunctionInfo): void {
  if (hasLockedCache(context.target) || info.owner === undefined) return;
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    const op = file.op(row);
    const callee =
      op === Op.Method ? file.nameOf(row) : op === Op.Call ? file.pathName(file.pathOf(row)) : "";
    if (callee === "" || !OPENING.test(callee) || context.locks.heldAt(info, row).length > 0) continue;
    context.report({
      function: info,
      row,
      message: `the cached property ${info.qualifiedName} calls ${callee}() without a lock: two threads that read it first both do, and get different objects`,
      fix: "make it in __init__, or use a property that tests under a lock",
      evidence: evidenceOf("T0", `nothing shows that threads share instances of ${info.owner.name}`),
    });
    return;
  }
}

/** `__get__` that stores into the instance what it did not find there. */
function descriptor(context: RuleContext, info: FunctionInfo): void {
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    const op = file.op(row);
    if (op !== Op.ItemWrite && op !== Op.Write) continue;
    if (!isOfInstance(info, row) || file.detail(row) !== Value.Call) continue;
    if (context.locks.heldAt(info, row).length > 0 || file.has(row, EventFlag.ImportTime)) continue;
    context.report({
      function: info,
      row,
      message: `${info.owner!.name} computes a value on first use and stores it in the instance without a lock: two threads both compute it and get different objects`,
      fix: "take a lock of the descriptor and look again before computing the value",
      evidence: evidenceOf(
        "T1",
        `every property made with ${info.owner!.name} is computed this way, whatever threads read it`,
      ),
    });
    return;
  }
}

/** The place written belongs to the instance that the descriptor was read from. */
function isOfInstance(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  const path = file.pathOf(row);
  if (file.op(row) === Op.ItemWrite) {
    if (file.pathKind(path) !== RootKind.Attribute || file.pathName(path) !== "__dict__") return false;
    return file.pathKind(file.pathOwner(path)) === RootKind.Parameter;
  }
  return (
    file.pathKind(path) === RootKind.Attribute && file.pathKind(file.pathOwner(path)) === RootKind.Parameter
  );
}
