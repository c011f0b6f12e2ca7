/** What a rule sees of a project, and how it reports. */
import type { Access, Evidence, FunctionInfo, LinkedProject, Variable } from "../calls/index.js";
import {
  type Finding,
  type RelatedLocation,
  SEVERITIES,
  type Severity,
  type SourceRange,
  type Tier,
} from "../report.js";
import type { Target } from "../target.js";
import { type RuleDescription, severityOf } from "./description.js";
import { findSequences, type Sequence } from "./sequences.js";
import { canRace } from "./shared-state.js";

/** A place in a function and why it is shown. */
export interface RelatedEvent {
  readonly function: FunctionInfo;
  readonly row: number;
  readonly message: string;
}

export interface Discovery {
  /** Where: an event of a function. */
  readonly function: FunctionInfo;
  readonly row: number;
  /** Start and end instead of the event's own. */
  readonly place?: readonly [start: number, end: number];
  readonly message: string;
  readonly fix: string;
  readonly evidence: Evidence;
  readonly related?: readonly RelatedEvent[];
  /** Instead of the rule's own severity. */
  readonly severity?: Severity;
  /** So weak without evidence that tier T0 is reported only if `strict` is on. */
  readonly needsEvidence?: boolean;
}

export interface RuleOptions {
  readonly target: Target;
  /** Report also what has no evidence at all. */
  readonly strict: boolean;
}

export class RuleContext {
  private readonly found: Finding[] = [];
  private rule!: RuleDescription;
  private readonly reported = new Set<string>();

  constructor(
    readonly linked: LinkedProject,
    readonly options: RuleOptions,
  ) {}

  get project() {
    return this.linked.project;
  }

  get locks() {
    return this.linked.locks;
  }

  get target(): Target {
    return this.options.target;
  }

  /** Variables that can race and are used at all. */
  get shared(): readonly Variable[] {
    this.knownShared ??= this.project.variables.filter(
      (each) => each.accesses.length > 0 && canRace(this, each),
    );
    return this.knownShared;
  }

  private knownShared: readonly Variable[] | undefined;

  /** Functions with the shared variables they use, in the order of evaluation. */
  get sequences(): readonly Sequence[] {
    this.knownSequences ??= findSequences(this);
    return this.knownSequences;
  }

  private knownSequences: readonly Sequence[] | undefined;

  /** What is reported from here on is found by this rule. */
  enter(rule: RuleDescription): void {
    this.rule = rule;
  }

  /** What was reported: where several rules name one place, the most severe of them, then the earliest. */
  get findings(): Finding[] {
    const best = new Map<string, Finding>();
    for (const finding of this.found) {
      const key = `${finding.path}:${finding.line}:${finding.column}`;
      const known = best.get(key);
      if (known === undefined || isWorse(finding, known)) best.set(key, finding);
    }
    return [...best.values()];
  }

  /** Evidence that threads share a variable, seen from a function that uses it. */
  evidence(variable: Variable, info: FunctionInfo): Evidence {
    return this.linked.evidence.of(variable, info);
  }

  isBeforeSharing(access: Access): boolean {
    return this.linked.evidence.isBeforeSharing(access);
  }

  isWrite(access: Access): boolean {
    return this.linked.evidence.isWrite(access);
  }

  /** Reports a finding; a second one of the same rule on the same event is dropped. */
  report(discovery: Discovery): void {
    const { function: info, row, evidence } = discovery;
    const { file } = info;
    const { rule } = this;
    if (discovery.needsEvidence === true && evidence.tier === "T0" && !this.options.strict) return;
    const { place = [file.start(row), file.end(row)] } = discovery;
    const range = placeOf(info, place[0], place[1]);
    const key = `${rule.code}:${file.index}:${range.line}:${range.column}`;
    if (this.reported.has(key)) return;
    this.reported.add(key);
    const related: RelatedLocation[] = (discovery.related ?? []).map((each) => ({
      ...rangeOf(each.function, each.row),
      message: each.message,
      symbol: each.function.qualifiedName,
    }));
    if (evidence.entry?.start !== undefined) {
      const { caller, row: start } = evidence.entry.start;
      related.push({
        ...rangeOf(caller, start),
        message: `the thread gets ${evidence.entry.function.qualifiedName} here`,
        symbol: caller.qualifiedName,
        isThreadStart: true,
      });
    }
    this.found.push({
      rule: rule.code,
      name: rule.name,
      severity: severityOf(discovery.severity ?? rule.severity, evidence.tier),
      tier: evidence.tier,
      message: discovery.message,
      why: evidence.why,
      fix: discovery.fix,
      symbol: info.qualifiedName,
      ...range,
      related,
    });
  }
}

export function rangeOf(info: FunctionInfo, row: number): SourceRange {
  const { file } = info;
  return placeOf(info, file.start(row), file.end(row));
}

function placeOf({ file }: FunctionInfo, start: number, end: number): SourceRange {
  return {
    path: file.path,
    line: file.lineAt(start),
    column: file.columnAt(start),
    endLine: file.lineAt(end),
    endColumn: file.columnAt(end),
  };
}

/** Evidence of a hazard that needs no shared variable: the code itself shows the threads. */
export function evidenceOf(tier: Tier, why: string): Evidence {
  return { tier, why, entry: undefined };
}

function isWorse(left: Finding, right: Finding): boolean {
  return SEVERITIES.indexOf(left.severity) < SEVERITIES.indexOf(right.severity);
}
