/** `setup.cfg` and `tox.ini`: sections, keys, values over several indented lines (Python's `configparser`). */
import { MalformedText } from "./malformed-text.js";

export interface IniEntry {
  readonly section: string;
  /** In lower case. */
  readonly key: string;
  /** Its lines, trimmed, without comments. */
  readonly lines: readonly { readonly text: string; readonly line: number }[];
}

/** @throws MalformedText for a line that belongs to no section or no key */
export function readIni(text: string): readonly IniEntry[] {
  const entries: IniEntry[] = [];
  let section: string | undefined;
  let values: { text: string; line: number }[] | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = index + 1;
    const trimmed = raw.trim();
    if (trimmed === "" || /^[#;]/.test(trimmed)) continue;
    const value = trimmed.replace(/\s#.*$/, "");
    if (/^\s/.test(raw) && values !== undefined) {
      values.push({ text: value, line });
      continue;
    }
    const header = /^\[(.+)\]/.exec(trimmed);
    if (header !== null) {
      section = header[1] ?? "";
      values = undefined;
      continue;
    }
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(value);
    if (section === undefined) throw new MalformedText("it begins without a [section]", line, 1);
    if (pair === null)
      throw new MalformedText(`"${value.slice(0, 60)}" is neither a section nor key = value`, line, 1);
    values = pair[2] === "" ? [] : [{ text: pair[2] ?? "", line }];
    entries.push({ section, key: (pair[1] ?? "").toLowerCase(), lines: values });
  }
  return entries;
}
