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

/** Deeper is no configuration but an attack on the stack. */
const MAX_DEPTH = 200;

/** The scalars of all documents. @throws MalformedText */
export function readYaml(text: string): readonly YamlScalar[] {
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
  if (path.length > MAX_DEPTH) throw new MalformedText(`it nests deeper than ${MAX_DEPTH} levels`);
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
