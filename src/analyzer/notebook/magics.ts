/**
 * What IPython adds to Python (`%magic`, `!command`, `name?`), replaced by Python that keeps every line where it is.
 * Only where a statement can begin: `%` is an operator within an expression, and `!` is text within a string.
 */

/** The rest of these cells is Python all the same. */
const PYTHON_CELLS = new Set(["time", "timeit", "capture", "prun", "python", "python3", "nogil_check"]);
const CELL_MAGIC = /^\s*%%(\w+)/;
/** `%magic`, `!command`, `?name`. */
const ESCAPED = /^(\s*)[%!?]/;
/** `name?` and `name??`. */
const HELP = /^(\s*)[\w.*%]+\?{1,2}\s*(?:#.*)?$/;
/** `files = !ls`, `x = %magic`. */
const ASSIGNED = /^(\s*[^\s=#'"(][^=#'"(]*=\s*)[%!](?!=)/;
const STRING_START = /^(?:"""|'''|"|')/;

/** The code of a cell as Python. Equal in its number of lines. */
export function withoutMagics(code: string): string {
  const lines = code.split(/\r\n|\r|\n/);
  const first = lines.findIndex((line) => line.trim() !== "");
  const magic = CELL_MAGIC.exec(lines[first] ?? "")?.[1];
  if (magic !== undefined && !PYTHON_CELLS.has(magic)) return lines.map(() => "").join("\n");
  if (magic !== undefined) lines[first] = "";
  const state: State = { depth: 0, string: "", continues: false };
  let isCommand = false;
  return lines
    .map((line) => {
      const begins = state.depth === 0 && state.string === "" && !state.continues;
      const replaced = isCommand ? "" : begins ? replacement(line) : undefined;
      if (replaced === undefined) {
        follow(line, state);
        return line;
      }
      isCommand = line.endsWith("\\");
      return replaced;
    })
    .join("\n");
}

function replacement(line: string): string | undefined {
  const escaped = ESCAPED.exec(line) ?? HELP.exec(line);
  if (escaped !== null) return `${escaped[1]}pass`;
  const assigned = ASSIGNED.exec(line);
  return assigned === null ? undefined : `${assigned[1]}None`;
}

/** Where a line of Python leaves off. */
interface State {
  /** Open brackets. */
  depth: number;
  /** The quotes of a string over several lines, or "". */
  string: string;
  /** The line ended with a backslash. */
  continues: boolean;
}

function follow(line: string, state: State): void {
  state.continues = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? "";
    if (character === "\\") {
      state.continues = at === line.length - 1;
      at++;
    } else if (state.string !== "") {
      if (!line.startsWith(state.string, at)) continue;
      at += state.string.length - 1;
      state.string = "";
    } else if (character === "#") return;
    else if ("([{".includes(character)) state.depth++;
    else if (")]}".includes(character)) state.depth = Math.max(0, state.depth - 1);
    else {
      const quotes = STRING_START.exec(line.slice(at, at + 3))?.[0] ?? "";
      state.string = quotes;
      at += Math.max(0, quotes.length - 1);
    }
  }
  // A string in single quotes ends with its line, closed or not, unless a backslash continues it.
  if (state.string.length === 1 && !state.continues) state.string = "";
}
