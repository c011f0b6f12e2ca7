/**
 * State that belongs to the process: who changes it, and what speaks for several threads being there. A call in a
 * program with one thread is harmless, so what has no evidence at all is left to `strict`.
 */
import type { Evidence, FunctionInfo } from "../calls/index.js";
import type { Severity } from "../report.js";
import { EventFlag } from "../summaries/index.js";
import type { RelatedEvent, RuleContext } from "./context.js";
import { threadEvidence, threadOf } from "./threads.js";

/** Functions that run once, when a program starts. */
const START_UP =
  /^_*(?:main|run_?cli|cli|setup|configure|bootstrap|init(?:iali[sz]e)?)(?:_\w+)?$|(?:^|_)main$/;

/** A change of process-wide state. */
export interface ProcessChange {
  readonly function: FunctionInfo;
  readonly row: number;
  /** As the reader wrote it: `os.chdir()`. */
  readonly what: string;
  /** What other threads see: goes on the sentence "… is for the whole process: ". */
  readonly effect: string;
  /** Instead of "the whole process". */
  readonly scope?: string;
  readonly fix: string;
  readonly severity?: Severity;
  readonly related?: readonly RelatedEvent[];
}

/** What speaks for threads being there while a function runs. */
export function processEvidence(context: RuleContext, info: FunctionInfo): Evidence {
  const entry = threadOf(info);
  if (entry !== undefined) return threadEvidence(entry);
  return context.linked.evidence.ofFunction(info);
}

/** Reports a change, unless it happens at import, at start-up or under a lock. */
export function reportChange(context: RuleContext, change: ProcessChange): void {
  const { function: info, row, what, effect, fix, scope = "the whole process" } = change;
  if (info.isModule || info.file.isTest || info.isConstruction) return;
  if (info.file.has(row, EventFlag.ImportTime) || context.locks.heldAt(info, row).length > 0) return;
  const evidence = processEvidence(context, info);
  if (evidence.tier !== "T3" && START_UP.test(info.name)) return;
  context.report({
    function: info,
    row,
    message: `${what} is for ${scope}: ${effect}`,
    fix,
    evidence,
    needsEvidence: true,
    ...(change.severity === undefined ? {} : { severity: change.severity }),
    ...(change.related === undefined ? {} : { related: change.related }),
  });
}

/** Reports each call of these functions of other packages. */
export function reportCalls(
  context: RuleContext,
  names: readonly string[],
  change: Pick<ProcessChange, "effect" | "fix" | "severity" | "scope">,
  applies: (info: FunctionInfo, row: number) => boolean = () => true,
): void {
  for (const dotted of names) {
    for (const { caller, row } of context.project.foreignCalls.get(dotted) ?? []) {
      if (applies(caller, row))
        reportChange(context, { ...change, function: caller, row, what: `${dotted}()` });
    }
  }
}

/** Reports each assignment to these attributes of other modules. */
export function reportWrites(
  context: RuleContext,
  names: readonly string[],
  change: Pick<ProcessChange, "effect" | "fix" | "severity">,
): void {
  for (const dotted of names) {
    for (const access of context.project.resolver.knownForeign(dotted)?.accesses ?? []) {
      if (context.isWrite(access)) reportChange(context, { ...change, ...access, what: `${dotted}` });
    }
  }
}
