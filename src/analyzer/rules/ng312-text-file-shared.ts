import type { Access, Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { canRunConcurrently } from "./shared-state.js";
import { hasAnyType, meetingThread, threadEvidence } from "./threads.js";

const FILES =
  /^(?:io\.)?(?:open|StringIO|TextIOWrapper)$|^(?:zipfile\.ZipFile|lzma\.(?:open|LZMAFile)|shelve\.open|dbm\.open|codecs\.open|mailbox\.\w+)$/;
const USES =
  /^(?:write|writelines|read|readline|readlines|writestr|extract|seek|truncate|add|update|sync|__setitem__)$/;
const BINARY_MODE = /["'][rwax+]*b[rwax+]*["']/;

export const textFileShared: Rule = {
  code: "NG312",
  name: "text-file-shared",
  severity: "medium",
  summary: "One text file, archive or shelf is used by several threads without a lock.",
  explanation:
    "Text files and `StringIO` keep a decoder, a buffer and a position that nothing protects: lines come out mixed or cut. The same is true of `ZipFile`, `LZMAFile`, `shelve`, `dbm` and mailboxes. Binary files made by `open` have a lock inside and are not reported.",
  unsafe:
    'import threading\n\n_log = open("run.log", "a")\n\ndef work():\n    _log.write("line")\n\ndef start():\n    _log.write("start")\n    threading.Thread(target=work).start()\n',
  safe: 'import threading\n\n_log = open("run.log", "a")\n_lock = threading.Lock()\n\ndef work():\n    with _lock:\n        _log.write("line")\n\ndef start():\n    threading.Thread(target=work).start()\n',
  fix: "Hold a lock around each use, or let one thread write what the others put into a queue.",
  versions: "every version",
  source: "io documentation (multi-threading)",
  match(context) {
    for (const variable of context.shared) {
      if (!hasAnyType(variable, FILES) || isBinary(context, variable)) continue;
      const used = variable.accesses.find((access) => isUnlockedUse(context, variable, access));
      if (used === undefined) continue;
      const entry = meetingThread(context, variable);
      // A file of its own in each object is the ordinary case.
      if (entry === undefined) continue;
      context.report({
        ...used,
        message: `${variable.text} is one file object for all threads, and it is used here without a lock: lines come out mixed or cut`,
        fix: "hold a lock around each use, or let one thread write",
        evidence: threadEvidence(entry),
      });
    }
  },
};

function isBinary(context: RuleContext, variable: Variable): boolean {
  return variable.accesses.some(({ function: { file }, row }) => {
    if (file.op(row) !== Op.Write) return false;
    const call = context.project.callBefore(file, row);
    return call !== 0 && /(?:^|\.)open$/.test(file.nameOf(row)) && BINARY_MODE.test(file.argumentsOf(call));
  });
}

function isUnlockedUse(context: RuleContext, variable: Variable, { function: info, row }: Access): boolean {
  const { file } = info;
  const op = file.op(row);
  const isUse = op === Op.Iterate || op === Op.ItemWrite || (op === Op.Method && USES.test(file.nameOf(row)));
  return isUse && canRunConcurrently(info, variable) && context.locks.heldAt(info, row).length === 0;
}
