/** From findings to one word, and to what stands behind it. */
import type { Finding, Severity } from "../analyzer/index.js";
import { howToInstall } from "../interpreter/index.js";
import type { Measured } from "./environment/index.js";
import type { PackagingFinding, ScanReport, Verdict, VerdictItem } from "./report.js";

/** Races that must be repaired before the code is run in threads without the GIL. */
const SERIOUS: readonly Severity[] = ["critical", "high"];
/** Rules whose findings are each about another package: none stands for the others. */
const EACH = new Set(["NG604", "NG607"]);

export interface Evidence {
  readonly packaging: readonly PackagingFinding[];
  /** Findings of `check`. */
  readonly code: readonly Finding[];
  /** Null where no interpreter was looked for. */
  readonly measured: Measured | null;
}

export function verdictOf(evidence: Evidence): Pick<ScanReport, "verdict" | "because" | "steps"> {
  const { packaging, code, measured } = evidence;
  const because = grouped(packaging.filter(({ effect }) => effect === "not-ready"));
  const steps = [
    ...interpreterSteps(measured),
    ...grouped(packaging.filter(({ effect }) => effect === "ready-after")),
    ...codeSteps(code.filter(({ severity }) => SERIOUS.includes(severity))),
  ];
  const verdict: Verdict = because.length > 0 ? "not-ready" : steps.length > 0 ? "ready-after" : "ready";
  return { verdict, because, steps };
}

function interpreterSteps(measured: Measured | null): VerdictItem[] {
  if (measured === null) return [];
  const { interpreter, problem } = measured;
  const step = (text: string): VerdictItem[] => [
    { text, rule: null, count: 1, place: interpreter?.path ?? null },
  ];
  if (interpreter === null) return step(`there is no Python to use: ${problem}`);
  if (!interpreter.freeThreadedBuild)
    return step(`use a free-threaded Python: the one in use has the GIL. ${howToInstall()}`);
  return interpreter.gilEnabled
    ? step(`the Python in use starts with the GIL on: ${interpreter.reason}`)
    : [];
}

function grouped(findings: readonly PackagingFinding[]): VerdictItem[] {
  const byKey = new Map<string, PackagingFinding[]>();
  for (const finding of findings) {
    const key = EACH.has(finding.rule) ? `${finding.rule} ${finding.message}` : finding.rule;
    byKey.set(key, [...(byKey.get(key) ?? []), finding]);
  }
  return [...byKey.values()].map((group) => {
    const [{ message, rule, path, line }] = group as [PackagingFinding];
    return { text: message, rule, count: group.length, place: `${path}:${line}` };
  });
}

function codeSteps(findings: readonly Finding[]): VerdictItem[] {
  const byRule = new Map<string, Finding[]>();
  for (const finding of findings) byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding]);
  return [...byRule.values()].map((group) => {
    const [{ message, rule, path, line }] = group as [Finding];
    return { text: message.split("\n")[0] ?? "", rule, count: group.length, place: `${path}:${line}` };
  });
}
