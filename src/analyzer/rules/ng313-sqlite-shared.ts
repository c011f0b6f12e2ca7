import type { Access, Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { canRunConcurrently } from "./shared-state.js";
import { hasAnyType, meetingThread, threadEvidence, threadOf } from "./threads.js";

const CONNECT = /^sqlite3\.(?:dbapi2\.)?connect$/;
const USES = new Set(["execute", "executemany", "executescript", "commit", "rollback", "cursor"]);

export const sqliteShared: Rule = {
  code: "NG313",
  name: "sqlite-shared",
  severity: "high",
  summary: "One SQLite connection is used by several threads without a lock.",
  explanation:
    "A connection has one transaction. With `check_same_thread=False` the statements of two threads mix in it: one commits or rolls back what the other has half done, and updates are lost. Without the option the second thread gets ProgrammingError.",
  unsafe:
    'import sqlite3\nimport threading\n\n_db = sqlite3.connect("app.db", check_same_thread=False)\n\ndef work():\n    _db.execute("UPDATE counter SET n = n + 1")\n    _db.commit()\n\ndef start():\n    threading.Thread(target=work).start()\n',
  safe: 'import sqlite3\nimport threading\n\n_db = sqlite3.connect("app.db", check_same_thread=False)\n_lock = threading.Lock()\n\ndef work():\n    with _lock:\n        _db.execute("UPDATE counter SET n = n + 1")\n        _db.commit()\n\ndef start():\n    threading.Thread(target=work).start()\n',
  fix: "Open a connection in each thread, or hold one lock over each whole transaction.",
  versions: "every version",
  source: "sqlite3 documentation (check_same_thread)",
  match(context) {
    for (const variable of context.shared) {
      if (!hasAnyType(variable, CONNECT)) continue;
      const used = variable.accesses.find((access) => isUnlockedUse(context, variable, access));
      if (used === undefined) continue;
      const isShared = sharesOnPurpose(context, variable);
      const entry = isShared ? meetingThread(context, variable) : threadOf(used.function);
      if (!isShared && entry === undefined) continue;
      const why = `check_same_thread=False says that threads share ${variable.text}`;
      context.report({
        ...used,
        message: isShared
          ? `${variable.text} is one connection, so one transaction, for all threads, and it is used here without a lock: their statements mix`
          : `${variable.text} was opened in one thread and is used in another: ProgrammingError`,
        fix: "open a connection in each thread, or hold one lock over each whole transaction",
        evidence: entry === undefined ? evidenceOf("T2", why) : threadEvidence(entry),
      });
    }
  },
};

function sharesOnPurpose(context: RuleContext, variable: Variable): boolean {
  return variable.accesses.some(({ function: { file }, row }) => {
    const call = file.op(row) === Op.Write ? context.project.callBefore(file, row) : 0;
    return call !== 0 && /check_same_thread\s*=\s*False/.test(file.argumentsOf(call));
  });
}

function isUnlockedUse(context: RuleContext, variable: Variable, { function: info, row }: Access): boolean {
  const { file } = info;
  return (
    file.op(row) === Op.Method &&
    USES.has(file.nameOf(row)) &&
    canRunConcurrently(info, variable) &&
    context.locks.heldAt(info, row).length === 0
  );
}
