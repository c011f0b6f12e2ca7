import type { Access, Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { canRunConcurrently } from "./shared-state.js";
import { hasAnyType } from "./threads.js";

const VIEW = /^(?:ctypes\.(?:cast|pointer|byref|POINTER)|(?:ctypes\.)?(?:\w+\.)?from_(?:buffer|address))$/;
const CHANGES = new Set([Op.ItemWrite, Op.ItemUpdate, Op.ItemDelete]);
const USES = new Set([...CHANGES, Op.ItemRead, Op.Iterate]);

export const ctypesSharedPointer: Rule = {
  code: "NG007",
  name: "ctypes-shared-pointer",
  severity: "medium",
  summary: "Two ctypes views of one piece of memory are used in different functions without a lock.",
  explanation:
    "`cast`, `pointer`, `byref` and `from_buffer` make new objects for the same memory. ctypes locks nothing there: a write through one and a read through the other race as they do in C.",
  unsafe:
    "import ctypes\n\n_buffer = bytearray(8)\n_bytes = (ctypes.c_uint8 * 8).from_buffer(_buffer)\n_cells = ctypes.cast(_bytes, ctypes.POINTER(ctypes.c_uint64))\n\ndef write(n):\n    _cells[0] = n\n\ndef read():\n    return _bytes[0], _bytes[1]\n",
  safe: "import ctypes\nimport threading\n\n_lock = threading.Lock()\n_buffer = bytearray(8)\n_bytes = (ctypes.c_uint8 * 8).from_buffer(_buffer)\n_cells = ctypes.cast(_bytes, ctypes.POINTER(ctypes.c_uint64))\n\ndef write(n):\n    with _lock:\n        _cells[0] = n\n\ndef read():\n    with _lock:\n        return _bytes[0], _bytes[1]\n",
  fix: "Keep one view, and hold a lock around each use of the memory.",
  versions: "3.13t and newer",
  source: "ctypes documentation (thread safety without the GIL)",
  appliesTo: ({ freeThreaded }) => freeThreaded,
  match(context) {
    for (const view of context.shared) {
      if (!hasAnyType(view, VIEW)) continue;
      const source = viewedBy(context, view);
      if (source === undefined || source === view) continue;
      const uses = [view, source].map((variable) =>
        variable.accesses.filter((access) => isFreeUse(context, variable, access)),
      );
      const [own, others] = uses as [Access[], Access[]];
      const written = [...own, ...others].find(({ function: { file }, row }) => CHANGES.has(file.op(row)));
      const [first] = own;
      const [second] = others;
      if (written === undefined || first === undefined || second === undefined) continue;
      context.report({
        ...first,
        message: `${view.text} and ${source.text} are the same memory, and both are used without a lock: writes and reads race as in C`,
        fix: "keep one view, and hold a lock around each use",
        evidence: context.evidence(view, first.function),
        needsEvidence: true,
        related: [{ ...second, message: `the same memory through ${source.text}` }],
      });
    }
  },
};

/** The variable whose memory a view looks at: what was passed to the call that made it. */
function viewedBy(context: RuleContext, view: Variable): Variable | undefined {
  for (const { function: info, row: write } of view.accesses) {
    const { file } = info;
    if (file.op(write) !== Op.Write) continue;
    for (let row = write - 1; row > 0 && row > write - 8; row--) {
      if (file.op(row) === Op.Write) break;
      if (file.op(row) === Op.Pass && file.keyText(row) === "#0" && VIEW_CALL.test(file.nameOf(row)))
        return context.project.variable(file, row);
    }
  }
  return undefined;
}

const VIEW_CALL = /(?:^|\.)(?:cast|pointer|byref|from_buffer|from_address)$/;

function isFreeUse(context: RuleContext, variable: Variable, { function: info, row }: Access): boolean {
  return (
    USES.has(info.file.op(row)) &&
    canRunConcurrently(info, variable) &&
    context.locks.heldAt(info, row).length === 0
  );
}
