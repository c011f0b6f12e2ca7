/** Where containers change while others look at them. */
import { type Access, MUTATING_METHODS, SOME_LOCK, type Variable } from "../calls/index.js";
import { EventFlag, Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";

/** Methods that change the size of a container. */
const RESIZING = new Set([...MUTATING_METHODS].filter((name) => name !== "sort" && name !== "reverse"));

/** True if an access adds or removes elements, or may do so. */
export function resizes({ function: { file }, row }: Access): boolean {
  const op = file.op(row);
  if (op === Op.ItemWrite || op === Op.ItemDelete || op === Op.ItemUpdate) return true;
  if (op === Op.Method) return RESIZING.has(file.nameOf(row));
  return op === Op.Update;
}

/** Changes of the container while the program runs. */
export function mutationsOf(context: RuleContext, variable: Variable): Access[] {
  return variable.accesses.filter((access) => resizes(access) && !isSetUp(context, access));
}

function isSetUp(context: RuleContext, access: Access): boolean {
  return context.isBeforeSharing(access) || access.function.file.has(access.row, EventFlag.ImportTime);
}

/** True if the container is iterated under a lock that its changes hold too. */
export function shareLock(context: RuleContext, left: Access, right: Access): boolean {
  const held = context.locks.heldAt(left.function, left.row);
  if (held.length === 0) return false;
  const other = context.locks.heldAt(right.function, right.row);
  if (other.length > 0 && (held.includes(SOME_LOCK) || other.includes(SOME_LOCK))) return true;
  return other.some((lock) => held.includes(lock));
}
