import type { FunctionInfo } from "../calls/index.js";
import { EventFlag, Op, Test, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { handlersAround, isCovered, namesException, outcomeAt } from "./flow.js";
import { isFlagBeforeWork, REQUESTS } from "./ng108-publish-then-fill.js";
import type { Rule } from "./rule.js";
import type { Sequence } from "./sequences.js";

const ABSENCE_TESTS = new Set([Test.IsNone, Test.Truth, Test.HasAttribute, Test.Compare]);
/** Values that are equal whoever makes them: made twice is only made twice. */
const PLAIN_VALUES = new Set([
  Value.Number,
  Value.Text,
  Value.Tuple,
  Value.Path,
  Value.Expression,
  Value.False,
]);

export const lazyInit: Rule = {
  code: "NG106",
  name: "lazy-init",
  severity: "high",
  summary: "An object is made on first use, without a lock around the check and the assignment.",
  explanation:
    '`if X is None: X = make()` lets two threads both see None. Both make an object, and the first user keeps one that nobody else has: two connections, two singletons, a registration done twice. `if not hasattr(self, "_x")`, `try: self._x except AttributeError`, `x = x or make()` and a flag that guards work done once are the same.',
  unsafe:
    "_client = None\n\ndef client():\n    global _client\n    if _client is None:\n        _client = make_client()\n    return _client\n",
  safe: "import threading\n\n_client = None\n_lock = threading.Lock()\n\ndef client():\n    global _client\n    if _client is None:\n        with _lock:\n            if _client is None:\n                _client = make_client()\n    return _client\n",
  fix: "Make it at import, or check again under a lock before making it.",
  versions: "every version; more frequent without the GIL",
  source: "py-free-threading guide, porting",
  match(context) {
    for (const sequence of context.sequences) inspect(context, sequence);
  },
};

function inspect(context: RuleContext, sequence: Sequence): void {
  const { function: info, variable, rows } = sequence;
  if (variable.text.endsWith("[]")) return;
  const { file } = info;
  for (let first = 0; first < rows.length; first++) {
    const check = rows[first]!;
    const op = file.op(check);
    if (op === Op.Write && file.has(check, EventFlag.LazyOr)) {
      if (context.locks.heldAt(info, check).length === 0) report(context, sequence, check, check);
      continue;
    }
    let write = 0;
    if (op === Op.Test && ABSENCE_TESTS.has(file.detail(check))) write = writeWhenAbsent(info, rows, first);
    else if (op === Op.Read) write = writeAfterMiss(info, rows, first);
    if (
      write === 0 ||
      isGuarded(context, info, check, write) ||
      (isFlagBeforeWork(info, check, write) && !REQUESTS.test(variable.name))
    )
      continue;
    report(context, sequence, check, write);
    return;
  }
}

/** The assignment that runs when the test found nothing. */
function writeWhenAbsent(info: FunctionInfo, rows: readonly number[], first: number): number {
  const { file } = info;
  const check = rows[first]!;
  const isCompare = file.detail(check) === Test.Compare;
  for (let next = first + 1; next < rows.length; next++) {
    const row = rows[next]!;
    if (file.op(row) !== Op.Write) continue;
    const outcome = outcomeAt(file, check, row);
    if (outcome === undefined || outcome === "either") continue;
    const kind = file.detail(row);
    // `if self.version != wanted: self.version = wanted` is the same as finding nothing.
    const absent = isCompare ? outcome === "true" : outcome === "false";
    if (!absent || kind === Value.None) continue;
    if (isCompare && kind !== Value.Call && kind !== Value.True) continue;
    return row;
  }
  return 0;
}

/** `try: return self._x` … `except AttributeError: self._x = …`. */
function writeAfterMiss(info: FunctionInfo, rows: readonly number[], first: number): number {
  const { file } = info;
  const check = rows[first]!;
  for (const handler of handlersAround(file, check)) {
    if (!namesException(file, handler, ["AttributeError", "NameError"])) continue;
    for (let next = first + 1; next < rows.length; next++) {
      const row = rows[next]!;
      if (file.op(row) === Op.Write && file.isInside(file.blockOf(row), handler)) return row;
    }
  }
  return 0;
}

/** A lock covers both; or the assignment is locked, and whether that suffices is NG107's question. */
function isGuarded(context: RuleContext, info: FunctionInfo, check: number, write: number): boolean {
  return isCovered(context.locks, info, check, write) || context.locks.regionsAt(info.file, write).length > 0;
}

function report(
  context: RuleContext,
  { function: info, variable }: Sequence,
  check: number,
  write: number,
): void {
  const { file } = info;
  const kind = file.detail(write) as Value;
  const isFlag = kind === Value.True;
  const line = file.line(write);
  context.report({
    function: info,
    row: check,
    message: isFlag
      ? `${variable.text} is tested here and set at line ${line} without a lock: two threads both find it unset and do the work twice`
      : `${variable.text} is tested here and assigned at line ${line} without a lock: two threads both find it unset, and each makes its own`,
    fix: isFlag
      ? "test and set it under one lock that is held until the work is done"
      : `test ${variable.text} again under a lock before assigning it, or make it at import`,
    evidence: context.evidence(variable, info),
    related:
      check === write
        ? []
        : [{ function: info, row: write, message: "assigned here on the strength of the test" }],
    needsEvidence: PLAIN_VALUES.has(kind) && kind !== Value.Path,
    ...(PLAIN_VALUES.has(kind) || (isFlag && REQUESTS.test(variable.name))
      ? { severity: "medium" as const }
      : {}),
  });
}
