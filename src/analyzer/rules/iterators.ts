/** Iterators that more than one thread may draw from. */
import type { Access, Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { canRace, canRunConcurrently } from "./shared-state.js";

/** Where elements are drawn without a lock from a variable whose values `matches` tells to be such iterators. */
export function* unlockedDraws(
  context: RuleContext,
  matches: (variable: Variable) => boolean,
  methods: ReadonlySet<string> = new Set(["__next__", "send", "throw"]),
): Generator<{ readonly variable: Variable; readonly access: Access }> {
  for (const variable of context.shared) {
    if (variable.types.size === 0 || !canRace(context, variable) || !matches(variable)) continue;
    for (const access of variable.accesses) {
      const { function: info, row } = access;
      const { file } = info;
      const op = file.op(row);
      const draws =
        op === Op.Iterate ||
        (op === Op.Pass && file.nameOf(row) === "next") ||
        (op === Op.Method && methods.has(file.nameOf(row)));
      if (!draws || !canRunConcurrently(info, variable) || context.locks.heldAt(info, row).length > 0)
        continue;
      yield { variable, access };
      break;
    }
  }
}

export function hasType(variable: Variable, pattern: RegExp): boolean {
  for (const type of variable.types) if (pattern.test(type)) return true;
  return false;
}
