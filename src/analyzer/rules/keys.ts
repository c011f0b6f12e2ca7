/** Keys of containers: which belong to one thread, which are given up at its end. */
import type { FunctionInfo, Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";

const THREAD_ID = /get_ident|get_native_id|current_?[tT]hread|\bgetpid\b|getcurrent/;

/** True for a key made from the running thread, written in place or through a local of the function. */
export function isThreadKey(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  const key = file.keyText(row);
  if (THREAD_ID.test(key)) return true;
  if (!/^\w+$/.test(key)) return false;
  const assigned = threadLocalsOf(info);
  return assigned.has(key);
}

const known = new WeakMap<FunctionInfo, Set<string>>();

/** Locals that hold the id of the running thread, as their names tell. */
function threadLocalsOf(info: FunctionInfo): Set<string> {
  let names = known.get(info);
  if (names === undefined) {
    names = new Set();
    const { file } = info;
    for (let row = info.firstRow; row < info.lastRow; row++) {
      if (file.op(row) !== Op.Call) continue;
      if (THREAD_ID.test(file.pathName(file.pathOf(row)))) {
        for (const name of [
          "tid",
          "thread_id",
          "ident",
          "thread_ident",
          "key",
          "thread",
          "current",
          "me",
          "pid",
        ]) {
          names.add(name);
        }
      }
    }
    known.set(info, names);
  }
  return names;
}

/** True if some function takes items out of the container, so that what was there may be gone. */
export function canShrink(variable: Variable): boolean {
  return variable.accesses.some(({ function: { file }, row }) => {
    const op = file.op(row);
    if (op === Op.ItemDelete) return true;
    return op === Op.Method && REMOVING.has(file.nameOf(row));
  });
}

export const REMOVING = new Set(["pop", "popitem", "clear", "remove", "discard", "popleft"]);

const WEAK = /(?:^|\.)(?:WeakValueDictionary|WeakKeyDictionary|WeakSet)$/;

/** True for a container whose entries go when their objects do. */
export function isWeak(variable: Variable): boolean {
  for (const type of variable.types) if (WEAK.test(type)) return true;
  return false;
}
