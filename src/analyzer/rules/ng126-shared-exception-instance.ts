import { Op, Value } from "../summaries/index.js";
import type { Rule } from "./rule.js";

const EXCEPTION = /(?:^|\.)[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning)$/;

export const sharedExceptionInstance: Rule = {
  code: "NG126",
  name: "shared-exception-instance",
  severity: "low",
  summary: "One exception object, made at import, is raised again and again.",
  explanation:
    "Raising adds to the traceback of the exception object. One object raised in several threads collects the frames of all of them, so that the traceback printed belongs to nobody, and the object keeps every frame alive.",
  unsafe: 'CLOSED = ValueError("closed")\n\ndef read():\n    raise CLOSED\n',
  safe: 'def read():\n    raise ValueError("closed")\n',
  fix: "Raise a new instance each time.",
  versions: "every version",
  source: "Python language reference, the raise statement",
  match(context) {
    for (const variable of context.project.variables) {
      if (variable.kind !== "global") continue;
      const made = variable.accesses.find(
        ({ function: { file }, row }) =>
          file.op(row) === Op.Write && file.detail(row) === Value.Call && EXCEPTION.test(file.nameOf(row)),
      );
      if (made === undefined) continue;
      const raised = variable.accesses.find(
        ({ function: info, row }) => info.file.op(row) === Op.Raise && !info.isModule,
      );
      if (raised === undefined || raised.function.file.isTest) continue;
      context.report({
        ...raised,
        message: `${variable.text} is one object, and every thread that raises it adds to the same traceback`,
        fix: "raise a new instance",
        evidence: context.evidence(variable, raised.function),
        related: [{ ...made, message: "made once, at import" }],
      });
    }
  },
};
