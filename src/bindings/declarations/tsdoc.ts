/** Docstrings as TSDoc. */

/** A comment block, or "" where there is nothing to say. */
export function tsdoc(docstring: string | undefined, notes: readonly string[], indent = ""): string {
  const text = docstring === undefined ? [] : cleanDocstring(docstring).map(escapeLine);
  const remarks = notes.map((note) => `Note: ${escapeLine(note)}`);
  const lines = text.length > 0 && remarks.length > 0 ? [...text, "", ...remarks] : [...text, ...remarks];
  if (lines.length === 0) return "";
  const [only = ""] = lines;
  if (lines.length === 1) return `${indent}/** ${only} */\n`;
  const body = lines.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}\n`).join("");
  return `${indent}/**\n${body}${indent} */\n`;
}

/** The lines of a docstring without the indentation of the source, as `inspect.cleandoc` has them. */
function cleanDocstring(docstring: string): string[] {
  const [first = "", ...rest] = docstring.replaceAll("\t", "        ").split("\n");
  const margins = rest
    .filter((line) => line.trim() !== "")
    .map((line) => line.length - line.trimStart().length);
  const margin = Math.min(...margins, 1_000);
  const lines = [first.trim(), ...rest.map((line) => line.slice(margin).trimEnd())];
  while (lines.at(-1) === "") lines.pop();
  while (lines[0] === "") lines.shift();
  return lines;
}

/** A line must neither end the comment nor begin a tag of TSDoc. */
function escapeLine(line: string): string {
  const visible = line.replace(/\p{Cc}|[\u2028\u2029]/gu, " ").toWellFormed();
  return visible.replaceAll("*/", "*\\/").replace(/^(\s*)@/, "$1\\@");
}
