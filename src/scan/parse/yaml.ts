/** YAML as a list of its scalars: every rule asks what stands where under which key, none needs the whole as objects. */
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import { MalformedText } from "./malformed-text.js";

export interface YamlScalar {
  /** Keys from the outside to the inside; a place in a list is its number from 0. */
  readonly path: readonly string[];
  /** As text; numbers as they are written (`3.10` is not `3.1`). */
  readonly value: string;
  /** Where it begins and ends in the text. */
  readonly start: number;
  readonly end: number;
}

/** Deeper is no configuration but an attack on the stack, which the parser would exhaust and the process not survive. */
const MAX_DEPTH = 500;

const TOO_DEEP = `it is not YAML that can be read: it nests deeper than ${MAX_DEPTH} levels`;

/** An upper bound: brackets in strings count, and so do blanks and dashes in front of a line. */
function canNestDeeper(text: string): boolean {
  let brackets = 0;
  for (const character of text) {
    if (character === "[" || character === "{") brackets++;
    else if ((character === "]" || character === "}") && brackets > 0) brackets--;
    if (brackets > MAX_DEPTH) return true;
  }
  for (const line of text.split("\n"))
    if ((/^[\s?-]*/.exec(line)?.[0].length ?? 0) > 2 * MAX_DEPTH) return true;
  return false;
}

/** The scalars of all documents. @throws MalformedText */
export function readYaml(text: string): readonly YamlScalar[] {
  if (canNestDeeper(text)) throw new MalformedText(TOO_DEEP);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: "silent", merge: true });
  const scalars: YamlScalar[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const error = document.errors[0];
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      const reason = (error.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
      throw new MalformedText(`it is not YAML: ${reason}`, line, col);
    }
    collect(document.contents, [], scalars);
  }
  return scalars;
}

function collect(node: unknown, path: readonly string[], into: YamlScalar[]): void {
  if (path.length > MAX_DEPTH) throw new MalformedText(TOO_DEEP);
  if (isMap(node)) {
    for (const { key, value } of node.items)
      collect(value, [...path, isScalar(key) ? textOf(key.source, key.value) : ""], into);
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) collect(item, [...path, String(index)], into);
  } else if (isScalar(node)) {
    const [start = 0, end = start] = node.range ?? [];
    into.push({ path, value: textOf(node.source, node.value), start, end });
  }
}

function textOf(source: string | undefined, value: unknown): string {
  return source ?? (value === null ? "" : String(value));
}
