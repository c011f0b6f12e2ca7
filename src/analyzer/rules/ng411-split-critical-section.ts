import type { FunctionInfo } from "../calls/index.js";
import { EventFlag, Op } from "../summaries/index.js";
import type { RuleContext } from "./context.js";
import { areExclusive, isCovered } from "./flow.js";
import type { Rule } from "./rule.js";
import type { Sequence } from "./sequences.js";

export const splitCriticalSection: Rule = {
  code: "NG411",
  name: "split-critical-section",
  severity: "high",
  summary:
    "A value is read under a lock, the lock is released, and the decision made from it is carried out later.",
  explanation:
    "Each section is locked, but between them another thread may change what the first one saw: the last ticket is sold twice, an ended span gets an attribute. The second section has to look again, or both have to be one.",
  unsafe:
    "import threading\n\nclass Stock:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.left = 10\n\n    def sell(self):\n        with self.lock:\n            left = self.left\n        if left > 0:\n            with self.lock:\n                self.left -= 1\n",
  safe: "import threading\n\nclass Stock:\n    def __init__(self):\n        self.lock = threading.Lock()\n        self.left = 10\n\n    def sell(self):\n        with self.lock:\n            if self.left > 0:\n                self.left -= 1\n",
  fix: "Make it one section, or look again in the second.",
  versions: "every version",
  source: "Flanagan and Freund, Atomizer (2004)",
  match(context) {
    for (const sequence of context.sequences) sameVariable(context, sequence);
    const grouped = new Map<FunctionInfo, Sequence[]>();
    for (const sequence of context.sequences) {
      const list = grouped.get(sequence.function);
      if (list === undefined) grouped.set(sequence.function, [sequence]);
      else list.push(sequence);
    }
    for (const [info, sequences] of grouped) checkedFlag(context, info, sequences);
  },
};

/** A locked read, and a locked write of the same variable in another section, without a second look. */
function sameVariable(context: RuleContext, { function: info, variable, rows }: Sequence): void {
  const { file } = info;
  for (const write of rows) {
    if (!context.isWrite({ function: info, row: write }) || context.locks.regionsAt(file, write).length === 0)
      continue;
    if (rows.some((row) => row < write && isCovered(context.locks, info, row, write))) continue;
    const test = rows.find(
      (row) =>
        row < write &&
        file.op(row) === Op.Test &&
        file.has(row, EventFlag.ViaLocal) &&
        file.origin(row) !== 0 &&
        context.locks.regionsAt(file, file.origin(row)).length > 0,
    );
    if (test === undefined || areExclusive(file, test, write)) continue;
    if (isCovered(context.locks, info, file.origin(test), write)) continue;
    context.report({
      function: info,
      row: file.origin(test),
      message: `${variable.text} is read under a lock that is released before line ${file.line(write)} acts on what was read: it may have changed in between`,
      fix: "make both one section under the lock, or look again in the second",
      evidence: context.evidence(variable, info),
      related: [{ function: info, row: write, message: "carried out here, in a section of its own" }],
    });
    return;
  }
}

/** State looked at in one section, other state changed on the strength of it in a later one or outside. */
function checkedFlag(context: RuleContext, info: FunctionInfo, sequences: readonly Sequence[]): void {
  const { file } = info;
  for (const { variable, rows } of sequences) {
    for (const check of rows) {
      const op = file.op(check);
      if (op !== Op.Test && op !== Op.Read) continue;
      const [region] = context.locks.regionsAt(file, check);
      if (region === undefined) continue;
      if (!isOnlyLooking(context, sequences, region)) continue;
      // The local that was set in the section decides about what follows.
      const change = laterChange(
        context,
        info,
        sequences,
        region,
        variable.owner === undefined ? undefined : check,
      );
      if (change === undefined) continue;
      context.report({
        function: info,
        row: check,
        message: `${variable.text} is looked at under a lock that is released before ${change.text} is changed at line ${file.line(change.row)}: the state may be another by then`,
        fix: "change it in the same section as the check",
        evidence: context.evidence(variable, info),
        related: [{ function: info, row: change.row, message: "changed here, after the lock was released" }],
      });
      return;
    }
  }
}

/** True if a section changes nothing: it only collects what is decided on later. */
function isOnlyLooking(context: RuleContext, sequences: readonly Sequence[], region: number): boolean {
  return sequences.every(({ function: info, rows }) =>
    rows.every((row) => {
      if (!context.locks.regionsAt(info.file, row).includes(region)) return true;
      return !context.isWrite({ function: info, row });
    }),
  );
}

function laterChange(
  context: RuleContext,
  info: FunctionInfo,
  sequences: readonly Sequence[],
  region: number,
  check: number | undefined,
): { row: number; text: string } | undefined {
  if (check === undefined) return undefined;
  const { file } = info;
  let found: { row: number; text: string } | undefined;
  for (const { variable, rows } of sequences) {
    if (variable.kind !== "attribute" || variable.text.endsWith("[]")) continue;
    for (const row of rows) {
      if (row <= check || !context.isWrite({ function: info, row })) continue;
      const regions = context.locks.regionsAt(file, row);
      if (regions.includes(region)) continue;
      // A second look in the later section makes it right.
      const looksAgain = regions.some((later) =>
        sequences.some((other) =>
          other.rows.some(
            (each) =>
              each < row &&
              context.locks.regionsAt(file, each).includes(later) &&
              !context.isWrite({ function: info, row: each }),
          ),
        ),
      );
      if (looksAgain) continue;
      if (found === undefined || row < found.row) found = { row, text: variable.text };
    }
  }
  return found;
}
