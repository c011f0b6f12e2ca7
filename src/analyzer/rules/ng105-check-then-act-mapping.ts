import type { FunctionInfo, Variable } from "../calls/index.js";
import { BlockColumn, BlockKind, EventFlag, Op, Test, Value } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { catches, handlersAround, isCovered, isHandled, namesException, outcomeAt } from "./flow.js";
import { canShrink, isThreadKey, isWeak, REMOVING } from "./keys.js";
import { isStoredTooEarly } from "./ng108-publish-then-fill.js";
import type { Rule } from "./rule.js";
import type { Sequence } from "./sequences.js";

/** A check and what is done on the strength of it. */
interface Pair {
  readonly check: number;
  readonly act: number;
  readonly kind: "stores" | "removes" | "reads" | "trims";
}

const LOOKUP_ERRORS = ["KeyError", "IndexError", "LookupError"];
const ADDING = new Set(["add", "append", "insert", "appendleft"]);
/** Values that are the same whoever makes them. */
const PLAIN_VALUES = new Set([Value.None, Value.True, Value.False, Value.Number, Value.Text]);
/** Names of calls that make an object which is more than its value. */
const MAKER =
  /(?:^|\.)_*(?:[A-Z]|__new__|new_|create|make|build|open|connect|get_|load|init|start|register|type$|object$|dict$|list$|set$|cls$|factory|fn$|func$)/;
/** Containers that only look like state: everybody reads them, hardly anybody removes. */
const READ_ONLY_FOREIGN = /^(?:os\.environ|sys\.modules|\w+\.META)$/;

export const checkThenActMapping: Rule = {
  code: "NG105",
  name: "check-then-act-mapping",
  severity: "high",
  summary: "A container is asked whether it has a key, and then changed or read as if the answer still held.",
  explanation:
    "Between `if k not in C` and `C[k] = …` another thread can do the same. Both make a value, the second replaces the first, and two parts of the program hold different objects that were meant to be one: registrations, locks and connections get lost. When the branch reads or deletes instead, the key may be gone and KeyError is raised. The same holds for `get` followed by a test for None, and for `try: C[k]` with the store in `except KeyError`.",
  unsafe:
    "_connections = {}\n\ndef connection(host):\n    if host not in _connections:\n        _connections[host] = connect(host)\n    return _connections[host]\n",
  safe: "import threading\n\n_connections = {}\n_lock = threading.Lock()\n\ndef connection(host):\n    with _lock:\n        if host not in _connections:\n            _connections[host] = connect(host)\n        return _connections[host]\n",
  fix: "One lock around the check and the act; or one atomic call: `setdefault(k, v)`, `pop(k, None)`, or `try: … except KeyError`.",
  versions: "every version; far more frequent without the GIL",
  source: "Python documentation, Thread Safety Guarantees (operations that are not atomic)",
  match(context) {
    for (const sequence of context.sequences) {
      for (const pair of pairsOf(context, sequence)) {
        if (!isStoredTooEarly(context, sequence, pair.act)) reportPair(context, sequence, pair);
      }
    }
  },
};

function* pairsOf(context: RuleContext, { function: info, variable, rows }: Sequence): Generator<Pair> {
  const { file } = info;
  for (let first = 0; first < rows.length; first++) {
    const check = rows[first]!;
    const op = file.op(check);
    if (op === Op.Test && (file.detail(check) === Test.Contains || file.detail(check) === Test.Size)) {
      const pair = actOn(info, variable, rows, first);
      if (pair !== undefined && !isProtected(context, info, rows, pair)) yield pair;
    } else if (op === Op.ItemRead && !file.has(check, EventFlag.Slice)) {
      const act = storeAfterMiss(info, rows, first);
      if (act === 0) continue;
      const pair: Pair = { check, act, kind: "stores" };
      if (!isProtected(context, info, rows, pair)) yield pair;
    }
  }
}

/** What follows a test, in the branch where it matters. */
function actOn(
  info: FunctionInfo,
  variable: Variable,
  rows: readonly number[],
  first: number,
): Pair | undefined {
  const { file } = info;
  const check = rows[first]!;
  const isSize = file.detail(check) === Test.Size;
  let read = 0;
  for (let next = first + 1; next < rows.length; next++) {
    const act = rows[next]!;
    const outcome = outcomeAt(file, check, act);
    if (outcome === undefined) continue;
    const op = file.op(act);
    if (isSize) {
      const trims = op === Op.ItemDelete || (op === Op.Method && file.nameOf(act) === "popitem");
      if (trims && outcome !== "either" && !isHandled(file, act, ...LOOKUP_ERRORS))
        return { check, act, kind: "trims" };
      continue;
    }
    if (outcome !== "true" && stores(info, check, act)) return { check, act, kind: "stores" };
    if (file.keyOf(act) !== file.keyOf(check) || outcome === "false") continue;
    const removes =
      op === Op.ItemDelete ||
      (op === Op.Method &&
        REMOVING.has(file.nameOf(act)) &&
        file.nameOf(act) !== "discard" &&
        !file.has(act, EventFlag.MoreArguments));
    if (removes && !isHandled(file, act, ...LOOKUP_ERRORS)) return { check, act, kind: "removes" };
    if (read === 0 && op === Op.ItemRead && outcome === "true" && !isHandled(file, act, ...LOOKUP_ERRORS))
      read = act;
  }
  const mayBeGone =
    !isWeak(variable) && (canShrink(variable) || variable.kind === "foreign" || hasUnknownType(variable));
  return read !== 0 && mayBeGone && !READ_ONLY_FOREIGN.test(variable.text)
    ? { check, act: read, kind: "reads" }
    : undefined;
}

/** True for an object of a class that may drop entries by itself: a cache with a limit, a weak dictionary. */
function hasUnknownType(variable: Variable): boolean {
  for (const type of variable.types) {
    if (!type.startsWith("#") && /cache|lru|ttl/i.test(type)) return true;
  }
  return false;
}

function stores(info: FunctionInfo, check: number, act: number): boolean {
  const { file } = info;
  const op = file.op(act);
  if (file.keyOf(act) !== file.keyOf(check)) return false;
  if (op === Op.ItemWrite) return !file.has(act, EventFlag.Slice);
  return op === Op.Method && ADDING.has(file.nameOf(act));
}

/** `try: … C[k] … except KeyError:` followed by `C[k] = …`. */
function storeAfterMiss(info: FunctionInfo, rows: readonly number[], first: number): number {
  const { file } = info;
  const check = rows[first]!;
  for (const handler of handlersAround(file, check)) {
    if (!namesException(file, handler, LOOKUP_ERRORS) && !catches(file, handler, LOOKUP_ERRORS)) continue;
    for (let next = first + 1; next < rows.length; next++) {
      const act = rows[next]!;
      if (file.op(act) !== Op.ItemWrite || file.keyOf(act) !== file.keyOf(check)) continue;
      const block = file.blockOf(act);
      const statement = file.block(handler, BlockColumn.Statement);
      if (file.isInside(block, handler)) return act;
      const sameStatement = file.enclosing(block, BlockKind.Try, BlockKind.TryElse);
      if (sameStatement !== 0 && file.block(sameStatement, BlockColumn.Statement) === statement) continue;
      const outside = file.parentBlock(handler);
      if (file.isInside(block, outside) && file.start(act) > file.block(handler, BlockColumn.End)) return act;
    }
  }
  return 0;
}

/** True if a lock covers both, or the act is preceded by a second check under its own lock. */
function isProtected(
  context: RuleContext,
  info: FunctionInfo,
  rows: readonly number[],
  { check, act }: Pair,
): boolean {
  const { file } = info;
  if (isCovered(context.locks, info, check, act) || isThreadKey(info, check)) return true;
  for (const row of rows) {
    if (row >= act) break;
    if (row === check || !isCovered(context.locks, info, row, act)) continue;
    const op = file.op(row);
    if (op === Op.Test || op === Op.ItemRead || op === Op.Method) return true;
  }
  return false;
}

function reportPair(
  context: RuleContext,
  { function: info, variable }: Sequence,
  { check, act, kind }: Pair,
): void {
  const { file } = info;
  const key = file.keyText(check);
  const line = file.line(act);
  const checked = `${info.qualifiedName} checks ${kind === "trims" ? `the size of ${variable.text}` : `${variable.text} for ${key}`}`;
  const locked =
    context.locks.ownLocks(file, act).length > 0 ? " under a lock that the check is outside of" : "";
  const consequences = {
    stores: `and stores it at line ${line}${locked}: two threads both find it missing, and one value replaces the other`,
    removes: `and removes it at line ${line}${locked}: another thread may have removed it in between (KeyError)`,
    reads: `and reads it at line ${line}${locked}: another thread may have removed it in between (KeyError)`,
    trims: `and removes entries at line ${line}${locked}: two threads remove the same ones (KeyError)`,
  };
  const isMild = kind === "reads" || (kind === "stores" && isIdempotent(context, info, act));
  context.report({
    function: info,
    row: check,
    message: `${checked} ${consequences[kind]}`,
    fix:
      kind === "stores"
        ? `hold one lock around both lines, or let ${variable.text}.setdefault(${key}, …) decide`
        : kind === "removes"
          ? `use ${variable.text}.pop(${key}, None), or hold one lock around both lines`
          : "hold one lock around both lines, or catch the KeyError",
    evidence: context.evidence(variable, info),
    related: [
      {
        function: info,
        row: act,
        message: `${kind === "reads" ? "read" : "changed"} here on the strength of the check`,
      },
    ],
    ...(isMild ? { severity: "medium" as const } : {}),
  });
}

/** True if it does not matter whose value stays: a plain value, a result that is computed anew the same. */
function isIdempotent(context: RuleContext, info: FunctionInfo, act: number): boolean {
  const { file } = info;
  if (file.op(act) === Op.Method || PLAIN_VALUES.has(file.detail(act))) return true;
  const kind = file.detail(act);
  if (kind === Value.Call) return !MAKER.test(file.nameOf(act)) && file.nameOf(act) !== "";
  const origin = file.origin(act);
  if (kind !== Value.Path) return kind === Value.Expression;
  // An argument, or a container that was built in a local and stored when it was complete.
  if (origin === 0) return true;
  if (file.op(origin) !== Op.Call || MAKER.test(file.pathName(file.pathOf(origin)))) return false;
  const called = context.project.entity(file, origin);
  return called.kind === "function" || called.kind === "foreign";
}
