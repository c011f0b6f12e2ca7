/** One line of a journal: a checksum, a space, JSON. A line cut short or changed by accident does not fit its sum. */
import { createHash } from "node:crypto";

const SUM_LENGTH = 12;

function checksum(json: string): string {
  return createHash("sha256").update(json).digest("hex").slice(0, SUM_LENGTH);
}

/** The line of a record, with its end. */
export function encodeLine(record: unknown): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** The record of a line (without its end); undefined when it does not fit its checksum. */
export function decodeLine(line: string): unknown {
  const json = line.slice(SUM_LENGTH + 1);
  if (line[SUM_LENGTH] !== " " || checksum(json) !== line.slice(0, SUM_LENGTH)) return undefined;
  return JSON.parse(json);
}
