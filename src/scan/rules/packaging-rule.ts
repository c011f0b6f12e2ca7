/** What a packaging rule is: its texts, an example file, and what it looks for in a project. */
import type { RuleDescription, Severity, SourceRange, Target } from "../../analyzer/index.js";
import type { Project } from "../project/index.js";
import type { Effect, PackagingFinding } from "../report.js";

export interface PackagingRule extends RuleDescription {
  /** The file that `unsafe` and `safe` are; null where no file shows it. */
  readonly example: string | null;
  /** What its findings do to the verdict. */
  readonly effect: Effect;
  /** Reports what it finds in the files; absent where it is found elsewhere. */
  readonly match?: (project: Project, context: RuleContext) => void;
}

/** What a finding may say differently from its rule. */
export interface FindingDetails {
  readonly fix?: string;
  readonly severity?: Severity;
  readonly effect?: Effect;
}

/** Collects the findings of one rule. */
export class RuleContext {
  private readonly found: PackagingFinding[] = [];

  constructor(
    private readonly rule: PackagingRule,
    readonly target: Target,
  ) {}

  get findings(): readonly PackagingFinding[] {
    return this.found;
  }

  report(range: SourceRange, message: string, details: FindingDetails = {}): void {
    const { code: rule, name, severity, effect, fix } = { ...this.rule, ...details };
    const { path, line, column, endLine, endColumn } = range;
    const place = { path, line, column, endLine, endColumn };
    this.found.push({
      rule,
      name,
      severity,
      effect,
      message: printable(message),
      fix: printable(fix),
      ...place,
    });
  }
}

/** Messages quote files: what would write over the report, or turn it around, is not passed on. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}
