/** Takes suppressed findings out of a list, and says which suppressions had nothing to do. */
import type { Suppression } from "./suppression.js";

/** As much of a finding as matters here. */
export interface Suppressible {
  readonly rule: string;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
}

export interface Applied<F> {
  readonly kept: readonly F[];
  readonly suppressed: readonly F[];
  /** Suppressions of rules that were checked and found nothing on their line. */
  readonly unused: readonly Suppression[];
}

/**
 * Applies the suppressions of one file to its findings. A comment counts for every line that a finding spans, because
 * formatters move it to the end of a long expression.
 * @param isChecked - whether a rule was looked for; one that was not cannot be unused
 */
export function applySuppressions<F extends Suppressible>(
  findings: readonly F[],
  suppressions: readonly Suppression[],
  isChecked: (rule: string) => boolean,
): Applied<F> {
  if (suppressions.length === 0) return { kept: findings, suppressed: [], unused: [] };
  const used = new Set<Suppression>();
  const kept: F[] = [];
  const suppressed: F[] = [];
  for (const finding of findings) {
    const by = suppressions.filter((suppression) => covers(suppression, finding));
    for (const suppression of by) used.add(suppression);
    (by.length === 0 ? kept : suppressed).push(finding);
  }
  const unused = suppressions.filter(
    (suppression) =>
      suppression.problem === undefined && !used.has(suppression) && suppression.rules.every(isChecked),
  );
  return { kept, suppressed, unused };
}

function covers({ rules, target }: Suppression, { rule, line, endLine }: Suppressible): boolean {
  return rules.includes(rule) && target >= line && target <= endLine;
}
