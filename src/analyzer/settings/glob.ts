/** Patterns of paths, as `.gitignore` has them: `*` within a name, `**` over folders, `?`, `[abc]`. */

export type PathPattern = (path: string) => boolean;

/**
 * @param pattern - one without a slash (but at its end) fits a name at any depth, another one the path from its folder
 * @returns tells whether a path with `/`, relative to the folder of the pattern, fits
 */
export function pathPattern(pattern: string): PathPattern {
  const trimmed = pattern.replace(/^\.\//, "").replace(/\/+$/, "");
  const isAnchored = trimmed.includes("/");
  const expression = new RegExp(
    `^${isAnchored ? "" : "(?:.*/)?"}${translated(trimmed.replace(/^\//, ""))}$`,
    "su",
  );
  return (path) => expression.test(path);
}

function translated(glob: string): string {
  let expression = "";
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at] ?? "";
    if (glob.startsWith("**/", at)) {
      expression += "(?:.*/)?";
      at += 2;
    } else if (glob.startsWith("**", at)) {
      expression += ".*";
      at++;
    } else if (character === "*") expression += "[^/]*";
    else if (character === "?") expression += "[^/]";
    else if (character === "[" && glob.indexOf("]", at + 2) > 0) {
      const end = glob.indexOf("]", at + 2);
      const set = glob.slice(at + 1, end).replace(/[\\[\]^&~|]/g, "\\$&");
      expression += `[${set.replace(/^!|^\\\^/, "^")}]`;
      at = end;
    } else expression += character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  }
  return expression;
}
