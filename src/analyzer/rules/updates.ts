/** Read-modify-write without a lock, for the rules that differ only in where the value lives. */
import type { FunctionInfo, Variable } from "../calls/index.js";
import { EventFlag, Op, Value } from "../summaries/index.js";
import type { RelatedEvent, RuleContext } from "./context.js";
import { canRace, canRunConcurrently, isSynchronised } from "./shared-state.js";

export interface UnlockedUpdate {
  readonly function: FunctionInfo;
  readonly row: number;
  readonly variable: Variable;
  readonly related: readonly RelatedEvent[];
}

export type UpdatedPlace = "global" | "class" | "instance";

/** The first update of a variable in each function that no lock covers. */
export function* unlockedUpdates(context: RuleContext, place: UpdatedPlace): Generator<UnlockedUpdate> {
  for (const variable of context.shared) {
    if (placeOf(variable) !== place || !canRace(context, variable) || isSynchronised(variable)) continue;
    const seen = new Set<FunctionInfo>();
    for (const { function: info, row } of variable.accesses) {
      if (seen.has(info) || !isUpdate(info, row) || !canRunConcurrently(info, variable)) continue;
      if (context.locks.heldAt(info, row).length > 0) continue;
      seen.add(info);
      yield { function: info, row, variable, related: otherUse(context, variable, info, row) };
    }
  }
}

function placeOf(variable: Variable): UpdatedPlace | undefined {
  if (variable.text.endsWith("[]")) return undefined;
  if (variable.kind === "global" || variable.kind === "foreign") return "global";
  if (variable.kind !== "attribute") return undefined;
  return variable.isClassLevel && variable.container === undefined ? "class" : "instance";
}

function isUpdate(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  const op = file.op(row);
  if (op === Op.Update) return true;
  if (op !== Op.Write || !file.has(row, EventFlag.FromOldValue) || file.has(row, EventFlag.LazyOr))
    return false;
  const kind = file.detail(row);
  return kind === Value.Expression || kind === Value.Call || kind === Value.Number || kind === Value.Tuple;
}

/** Another place that touches the variable, to show what the update races with. */
export function otherUse(
  context: RuleContext,
  variable: Variable,
  info: FunctionInfo,
  row: number,
): RelatedEvent[] {
  for (const access of variable.accesses) {
    if (access.function === info && access.row === row) continue;
    if (context.isBeforeSharing(access) || access.function === info) continue;
    const writes = context.isWrite(access);
    return [
      {
        function: access.function,
        row: access.row,
        message: `${access.function.qualifiedName} ${writes ? "changes" : "reads"} ${variable.text} here`,
      },
    ];
  }
  return [];
}
