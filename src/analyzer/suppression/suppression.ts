/**
 * `# nogil: ignore[NG105] reason`: at the end of a line it suppresses findings on that line, alone on a line those on
 * the next line of code. It names its rules, so that a new kind of problem on an old line is still seen.
 */
import type { LineIndex } from "../syntax/index.js";

export interface Suppression {
  /** The line the comment is on, from 1. */
  readonly line: number;
  /** Byte offsets of the comment. */
  readonly start: number;
  readonly end: number;
  /** The line whose findings it suppresses. */
  readonly target: number;
  /** Codes of rules, `["NG105"]`. */
  readonly rules: readonly string[];
  readonly reason: string;
  /** What is wrong with it, or undefined; a wrong one suppresses nothing. */
  readonly problem: string | undefined;
}

const DIRECTIVE = /^#\s*nogil\s*:\s*(\S.*)$/i;
const IGNORE = /^ignore\s*(?:\[([^\]]*)\])?\s*(.*)$/is;
const RULE = /^NG\d{3}[a-z]?$/;
const FORM = "write `# nogil: ignore[NG105] reason`";

const decoder = new TextDecoder();

/**
 * The suppressions of a file.
 * @param bytes - the source the tree was made from
 * @param comments - offsets of its comments, in order
 * @param lines - made only if there is something to read
 */
export function suppressionsOf(
  bytes: Uint8Array,
  comments: Int32Array,
  lines: () => LineIndex,
): Suppression[] {
  const candidates = comments.filter((start) => mayBeDirective(bytes, start));
  return candidates.length === 0 ? [] : read(bytes, candidates, lines());
}

function read(bytes: Uint8Array, candidates: Int32Array, lines: LineIndex): Suppression[] {
  const found: Suppression[] = [];
  for (const start of candidates) {
    const line = lines.line(start);
    const text = lines.lineText(line);
    const before = decoder.decode(bytes.subarray(lines.lineStart(line), start));
    const comment = text.slice(before.length);
    const directive = DIRECTIVE.exec(comment.trimEnd())?.[1];
    if (directive === undefined) continue;
    const isAlone = before.trim() === "";
    const end = start + Buffer.byteLength(comment);
    const target = isAlone ? nextCodeLine(lines, line) : line;
    found.push({ line, start, end, target, ...parsed(directive) });
  }
  return found;
}

/** A `#`, blanks and an `n`: cheap, because most comments are not ours. */
function mayBeDirective(bytes: Uint8Array, start: number): boolean {
  let at = start + 1;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  return bytes[at] === 0x6e || bytes[at] === 0x4e;
}

function parsed(directive: string): Pick<Suppression, "rules" | "reason" | "problem"> {
  const match = IGNORE.exec(directive);
  if (match === null) return { rules: [], reason: "", problem: `"${directive}" is not known here; ${FORM}` };
  const reason = (match[2] ?? "").replace(/^[\s:—–-]+/, "");
  if (match[1] === undefined) return { rules: [], reason, problem: `it names no rule; ${FORM}` };
  const rules = match[1].split(",").map((rule) => rule.trim());
  const wrong = rules.find((rule) => !RULE.test(rule));
  const problem = wrong === undefined ? undefined : `"${wrong}" is not the code of a rule; ${FORM}`;
  return { rules: wrong === undefined ? rules : [], reason, problem };
}

function nextCodeLine(lines: LineIndex, from: number): number {
  let line = from + 1;
  while (line <= lines.lineCount && /^\s*(#.*)?$/.test(lines.lineText(line))) line++;
  return line;
}
