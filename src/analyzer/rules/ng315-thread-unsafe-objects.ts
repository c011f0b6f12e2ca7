import type { Access, Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import type { Rule } from "./rule.js";
import { canRunConcurrently } from "./shared-state.js";
import { hasAnyType, meetingThread, threadEvidence, threadOf } from "./threads.js";

const UNSAFE =
  /^(?:sqlalchemy\.orm\.(?:Session|create_session)|boto3\.(?:resource|Session|session\.Session)|argparse\.ArgumentParser|tkinter\.\w+|(?:ply\.)?(?:yacc\.yacc|lex\.lex))$/;
const SESSION = /^requests\.(?:Session|session|sessions\.Session)$/;
/** Functions that work on one object behind the scenes. */
const DEFAULT_STATE =
  /^(?:matplotlib\.pyplot\.(?:plot|figure|subplots|title|xlabel|ylabel|savefig|show|close|hist|scatter|bar)|boto3\.(?:client|resource))$/;

export const threadUnsafeObjects: Rule = {
  code: "NG315",
  name: "thread-unsafe-objects",
  severity: "medium",
  summary: "An object that its library calls unsafe for threads is used in several of them without a lock.",
  explanation:
    "Some libraries say that their objects belong to one thread: sessions of SQLAlchemy, the default session of boto3, the state machine of pyplot, widgets of tkinter, parsers; the headers and cookies of a requests session may be read by threads, not changed. Only what a visible thread reaches is reported. Which C and Fortran solvers are safe cannot be seen in Python source.",
  unsafe:
    'import requests\nimport threading\n\n_session = requests.Session()\n\ndef work(token):\n    _session.headers["Authorization"] = token\n    _session.get("http://localhost")\n\ndef start(tokens):\n    for token in tokens:\n        threading.Thread(target=work, args=(token,)).start()\n',
  safe: 'import requests\nimport threading\n\n_session = requests.Session()\n\ndef work(token):\n    _session.get("http://localhost", headers={"Authorization": token})\n\ndef start(tokens):\n    for token in tokens:\n        threading.Thread(target=work, args=(token,)).start()\n',
  fix: "Make one for each thread (threading.local, or inside the function), or hold a lock.",
  versions: "every version",
  source:
    "documentation of each library: requests, SQLAlchemy (is the Session thread-safe?), boto3 (multithreading), Matplotlib, tkinter",
  match(context) {
    for (const variable of context.shared) {
      const isWhole = hasAnyType(variable, UNSAFE);
      const isPart = variable.container !== undefined && hasAnyType(variable.container, SESSION);
      if (!isWhole && !isPart) continue;
      const used = variable.accesses.find(
        (access) => (isWhole ? isCall(access) : context.isWrite(access)) && isFree(context, variable, access),
      );
      if (used === undefined) continue;
      const entry = meetingThread(context, isPart ? variable.container! : variable);
      if (entry === undefined) continue;
      context.report({
        ...used,
        message: `${variable.text} is shared by threads, and its library says that it must not be ${isWhole ? "used" : "changed"} by more than one at a time`,
        fix: "make one for each thread, or hold a lock",
        evidence: threadEvidence(entry),
      });
    }
    for (const [dotted, sites] of context.project.foreignCalls) {
      if (!DEFAULT_STATE.test(dotted)) continue;
      for (const { caller: info, row } of sites) {
        const entry = threadOf(info);
        if (entry === undefined || info.file.isTest || context.locks.heldAt(info, row).length > 0) continue;
        context.report({
          function: info,
          row,
          message: `${dotted}() works on state that the library keeps for the whole process, and ${info.qualifiedName} runs in a thread`,
          fix: "use an object of the thread's own: Figure(), boto3.session.Session()",
          evidence: threadEvidence(entry),
        });
        break;
      }
    }
  },
};

function isCall({ function: { file }, row }: Access): boolean {
  return file.op(row) === Op.Method;
}

function isFree(context: RuleContext, variable: Variable, { function: info, row }: Access): boolean {
  return canRunConcurrently(info, variable) && context.locks.heldAt(info, row).length === 0;
}
