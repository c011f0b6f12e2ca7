/** Findings that are known and left alone for now, in a file; only what is new is told. */
import type { Finding } from "../report.js";

/** The file, as JSON. */
export interface Baseline {
  readonly version: 1;
  /** In the order of the report; all but the fingerprint is there for people. */
  readonly findings: readonly BaselineEntry[];
}

export interface BaselineEntry {
  readonly fingerprint: string;
  readonly rule: string;
  readonly path: string;
  readonly symbol: string;
}

export function baselineOf(findings: readonly Finding[], fingerprints: readonly string[]): Baseline {
  const entries = findings.map(({ rule, path, symbol }, index) => {
    return { fingerprint: fingerprints[index] ?? "", rule, path, symbol };
  });
  return { version: 1, findings: entries };
}

/** The baseline in a text, or undefined if it is none. */
export function parseBaseline(text: string): Baseline | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isBaseline(value) ? value : undefined;
}

/** Findings that the baseline does not know, and how many of its entries fit nothing any more. */
export function withoutKnown(
  findings: readonly Finding[],
  fingerprints: readonly string[],
  baseline: Baseline,
): { readonly fresh: readonly Finding[]; readonly outdated: number } {
  const known = new Set(baseline.findings.map(({ fingerprint }) => fingerprint));
  const found = new Set(fingerprints);
  return {
    fresh: findings.filter((_, index) => !known.has(fingerprints[index] ?? "")),
    outdated: [...known].filter((fingerprint) => !found.has(fingerprint)).length,
  };
}

function isBaseline(value: unknown): value is Baseline {
  if (typeof value !== "object" || value === null) return false;
  const { version, findings } = value as { readonly version?: unknown; readonly findings?: unknown };
  return version === 1 && Array.isArray(findings) && findings.every(isEntry);
}

function isEntry(value: unknown): value is BaselineEntry {
  return (
    typeof value === "object" && value !== null && typeof (value as BaselineEntry).fingerprint === "string"
  );
}
