// @ts-check
// The part of a page that a script writes, between two markers; the rest of the page is written by people.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/**
 * Replaces the part of a page that belongs to a script.
 * @param {string} document
 * @param {string} command what writes the part, as it is typed
 * @param {string} content Markdown
 */
export function writeSection(document, command, content) {
  const begin = `<!-- begin: written by \`${command}\`, do not edit -->`;
  const end = `<!-- end of \`${command}\` -->`;
  const text = existsSync(document) ? readFileSync(document, "utf8") : `${begin}\n${end}\n`;
  const [head, tail] = [text.indexOf(begin), text.indexOf(end)];
  if (head < 0 || tail < head) throw new Error(`${document} has lost its markers: ${begin} … ${end}`);
  writeFileSync(document, `${text.slice(0, head)}${begin}\n\n${content.trim()}\n\n${text.slice(tail)}`);
}
