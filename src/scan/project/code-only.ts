/**
 * Source with what is no code blanked out, character by character, so that a word found in it is a word of the program
 * and its offset is that of the source. A scanner, not an expression: a string of megabytes must not exhaust the stack
 * of the regular expression engine.
 */

/**
 * - `c`, `rust`, `python`: without comments and without the insides of strings
 * - `python-text`, `c-text`, `hash`: without comments only; `hash` is any language with comments behind `#`
 */
export type CodeStyle = "c" | "c-text" | "rust" | "python" | "python-text" | "hash";

interface Lexis {
  readonly lineComment: string;
  readonly blockComment: boolean;
  readonly triple: boolean;
  readonly rawStrings: boolean;
  /** `'a` is a lifetime, `'a'` a character. */
  readonly lifetimes: boolean;
  readonly blankStrings: boolean;
}

const C: Lexis = {
  lineComment: "//",
  blockComment: true,
  triple: false,
  rawStrings: true,
  lifetimes: false,
  blankStrings: true,
};
const PYTHON: Lexis = {
  lineComment: "#",
  blockComment: false,
  triple: true,
  rawStrings: false,
  lifetimes: false,
  blankStrings: true,
};

const LEXIS: Readonly<Record<CodeStyle, Lexis>> = {
  c: C,
  "c-text": { ...C, blankStrings: false },
  rust: { ...C, rawStrings: false, lifetimes: true },
  python: PYTHON,
  "python-text": { ...PYTHON, blankStrings: false },
  hash: { ...PYTHON, triple: false, blankStrings: false },
};

export function codeOnly(text: string, style: CodeStyle): string {
  const lexis = LEXIS[style];
  let code = "";
  let copied = 0;
  const blank = (from: number, to: number): void => {
    code += text.slice(copied, from) + text.slice(from, to).replace(/[^\n]/g, " ");
    copied = to;
  };
  for (let at = 0; at < text.length; ) {
    const end = commentEnd(text, at, lexis);
    if (end > at) {
      blank(at, end);
      at = end;
      continue;
    }
    const string = stringAt(text, at, lexis);
    if (string === undefined) {
      at++;
      continue;
    }
    if (lexis.blankStrings)
      blank(at + string.quotes, Math.max(at + string.quotes, string.end - string.quotes));
    at = string.end;
  }
  return code + text.slice(copied);
}

/** Where the comment that begins here ends; the same place if none does. */
function commentEnd(text: string, at: number, { lineComment, blockComment }: Lexis): number {
  if (text.startsWith(lineComment, at)) {
    const end = text.indexOf("\n", at);
    return end < 0 ? text.length : end;
  }
  if (!blockComment || !text.startsWith("/*", at)) return at;
  const end = text.indexOf("*/", at + 2);
  return end < 0 ? text.length : end + 2;
}

function stringAt(text: string, at: number, lexis: Lexis): { end: number; quotes: number } | undefined {
  const quote = text[at];
  if (lexis.rawStrings && quote === "R" && text[at + 1] === '"') {
    const open = text.indexOf("(", at);
    const delimiter = open < 0 ? "" : text.slice(at + 2, open);
    if (open < 0 || delimiter.length > 16) return undefined;
    const end = text.indexOf(`)${delimiter}"`, open);
    return { end: end < 0 ? text.length : end + delimiter.length + 2, quotes: delimiter.length + 2 };
  }
  if (quote !== '"' && quote !== "'") return undefined;
  if (lexis.lifetimes && quote === "'" && text[at + 1] !== "\\" && text[at + 2] !== "'") return undefined;
  if (lexis.triple && text.startsWith(quote.repeat(3), at))
    return { end: closing(text, at + 3, quote.repeat(3)), quotes: 3 };
  return { end: closing(text, at + 1, quote), quotes: 1 };
}

/** Behind the closing quotes; a string in single quotes ends with its line. */
function closing(text: string, from: number, quotes: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text.startsWith(quotes, at)) return at + quotes.length;
    else if (text[at] === "\n" && quotes.length === 1) return at;
  }
  return text.length;
}
