/**
 * Names for findings that survive edits elsewhere in the file: made of the rule, the file, the function and the text
 * of the line, never of line numbers. Equal ones in one function are told apart by their order.
 */
import { createHash } from "node:crypto";
import type { Finding } from "../report.js";

/** Hexadecimal digits of a fingerprint; 96 bits. */
const LENGTH = 24;

/**
 * The fingerprint of each finding, in their order.
 * @param line - the text of a finding's first line, undefined if it cannot be had
 */
export function fingerprintsOf(
  findings: readonly Finding[],
  line: (finding: Finding) => string | undefined,
): string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const text = (line(finding) ?? finding.message).replace(/\s+/g, " ").trim();
    const key = JSON.stringify([finding.rule, finding.path, finding.symbol, text]);
    const earlier = seen.get(key) ?? 0;
    seen.set(key, earlier + 1);
    return createHash("sha256").update(`${key} ${earlier}`).digest("hex").slice(0, LENGTH);
  });
}
