/** A Python stack as Python writes it, from places in files; the source lines are read here. */
import { readFileSync } from "node:fs";

/** @param entries what a worker says: `[file, line, function]`, the outermost call first */
export function stackText(entries: unknown): string {
  if (!Array.isArray(entries)) return "";
  const sources = new Map<string, readonly string[]>();
  return entries
    .filter(Array.isArray)
    .map(([file, line, name]) => {
      const source = sourceLine(sources, String(file), Number(line));
      return `  File "${file}", line ${line}, in ${name}\n${source === "" ? "" : `    ${source}\n`}`;
    })
    .join("");
}

function sourceLine(sources: Map<string, readonly string[]>, file: string, line: number): string {
  let lines = sources.get(file);
  if (lines === undefined) {
    lines = read(file);
    sources.set(file, lines);
  }
  return lines[line - 1]?.trim() ?? "";
}

function read(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch {
    return []; // "<string>", a file in an archive, one that is gone
  }
}
