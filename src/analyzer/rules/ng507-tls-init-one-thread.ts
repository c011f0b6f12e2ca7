import type { Access, Variable } from "../calls/index.js";
import { Op, Test } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { isHandled } from "./flow.js";
import { THREAD_LOCAL } from "./ng506-tls-in-async.js";
import type { Rule } from "./rule.js";
import { hasAnyType } from "./threads.js";

const READS = new Set([
  Op.Read,
  Op.ItemRead,
  Op.Method,
  Op.Iterate,
  Op.Pass,
  Op.Test,
  Op.Update,
  Op.ItemWrite,
  Op.ItemUpdate,
  Op.Call,
]);

export const tlsInitOneThread: Rule = {
  code: "NG507",
  name: "tls-init-one-thread",
  severity: "high",
  summary:
    "An attribute of a `threading.local` is set once, at import or in a constructor, and read in every thread.",
  explanation:
    "The assignment happens in one thread and is seen by that thread only. Every other thread that reads the attribute gets AttributeError. It works in tests, which have one thread.",
  unsafe:
    "import threading\n\n_local = threading.local()\n_local.depth = 0\n\ndef depth():\n    return _local.depth\n",
  safe: 'import threading\n\n_local = threading.local()\n_local.depth = 0\n\ndef depth():\n    return getattr(_local, "depth", 0)\n',
  fix: "Subclass threading.local and set the attribute in `__init__`, or read it with a default.",
  versions: "every version",
  source: "threading documentation (thread-local data)",
  match(context) {
    for (const variable of context.project.variables) {
      const { container } = variable;
      if (container === undefined || variable.name === "__dict__") continue;
      if (hasAnyType(container, THREAD_LOCAL)) inspect(context, variable, container);
    }
  },
};

function inspect(context: RuleContext, variable: Variable, container: Variable): void {
  const { accesses } = variable;
  const writes = accesses.filter(({ function: { file }, row }) => file.op(row) === Op.Write);
  const [first] = writes;
  if (first === undefined || first.function.file.isTest) return;
  if (!writes.every((write) => isOnce(context, write))) return;
  // Whoever asks first knows that it may be missing.
  const isAsked = accesses.some(
    ({ function: { file }, row }) => file.op(row) === Op.Test && file.detail(row) === Test.HasAttribute,
  );
  if (isAsked || container.accesses.some(isUpdateOfDict)) return;
  const read = accesses.find(
    (access) =>
      !isOnce(context, access) &&
      READS.has(access.function.file.op(access.row)) &&
      !isHandled(access.function.file, access.row, "AttributeError"),
  );
  if (read === undefined) return;
  context.report({
    ...read,
    message: `${variable.text} was set at line ${first.function.file.line(first.row)}, in one thread; in every other one this raises AttributeError`,
    fix: `read it with a default: getattr(${container.text}, "${variable.name}", …)`,
    evidence: {
      tier: "T2",
      why: `${container.text} is a threading.local, so threads are meant to use it`,
      entry: undefined,
    },
    related: [{ ...first, message: "set here, for one thread" }],
  });
}

function isOnce(context: RuleContext, access: Access): boolean {
  return context.isBeforeSharing(access);
}

/** `local.__dict__.update(…)`: set up in a way that names no attribute. */
function isUpdateOfDict({ function: { file }, row }: Access): boolean {
  return file.nameOf(row) === "update" || file.pathName(file.pathOf(row)) === "__dict__";
}
