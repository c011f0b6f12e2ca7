import { BlockKind, Op } from "../summaries/index.js";
import { isThreadKey } from "./keys.js";
import type { Rule } from "./rule.js";
import { canRace } from "./shared-state.js";

export const threadIdKey: Rule = {
  code: "NG125",
  name: "thread-id-key",
  severity: "medium",
  summary: "A dictionary is keyed by the number of the thread, and entries stay behind when threads end.",
  explanation:
    "`threading.get_ident()` and `id(current_thread())` are given to the next thread as soon as one has ended (in the project's measurement 199 of 200 times). A new thread then finds the state of a dead one and takes it for its own, and the dictionary grows for ever.",
  unsafe:
    "import threading\n\n_state = {}\n\ndef state():\n    return _state.setdefault(threading.get_ident(), {})\n\ndef put(value):\n    _state[threading.get_ident()] = value\n",
  safe: "import threading\n\n_local = threading.local()\n\ndef put(value):\n    _local.value = value\n",
  fix: "Use threading.local(), which ends with its thread; or remove the entry in `finally`.",
  versions: "every version",
  source: "threading documentation: get_ident values may be recycled",
  match(context) {
    for (const variable of context.shared) {
      if (!canRace(context, variable)) continue;
      const stores = variable.accesses.find(
        ({ function: info, row }) =>
          info.file.op(row) === Op.ItemWrite && isThreadKey(info, row) && !info.file.isTest,
      );
      if (
        stores === undefined ||
        variable.accesses.some(({ function: info, row }) =>
          isRemoval(info.file.op(row), info.file.nameOf(row), isThreadKey(info, row)),
        )
      ) {
        continue;
      }
      const { function: info, row } = stores;
      if (info.file.enclosing(info.file.blockOf(row), BlockKind.Finally) !== 0) continue;
      context.report({
        function: info,
        row,
        message: `${variable.text} is keyed by the running thread and nothing removes the entry when the thread ends: the next thread with the same number finds it`,
        fix: "use threading.local() instead of the dictionary",
        evidence: context.evidence(variable, info),
      });
    }
  },
};

function isRemoval(op: Op, name: string, byThread: boolean): boolean {
  return byThread && (op === Op.ItemDelete || (op === Op.Method && name === "pop"));
}
