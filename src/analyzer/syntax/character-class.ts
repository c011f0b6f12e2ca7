/** Tables that answer, for one byte of UTF-8 source, what the lexer asks about it. */
import { TokenKind } from "./token-kind.js";

/** What a byte can begin. Every byte of a non-ASCII character counts as a letter until the name is complete. */
export const CharacterClass = {
  Invalid: 0,
  Letter: 1,
  Digit: 2,
  Blank: 3,
  Newline: 4,
  Comment: 5,
  Quote: 6,
  Open: 7,
  Close: 8,
  Backslash: 9,
  Operator: 10,
  /** Ends the source if no byte is left; else a stray NUL. */
  Null: 11,
};

/** Class of each byte. */
export const CLASS_OF = new Uint8Array(256);
/** 1 for an ASCII byte that continues a name, 2 for a byte of a non-ASCII character, else 0. */
export const NAME_PART = new Uint8Array(256);
/** 1 for 0 to 9. */
export const IS_DIGIT = new Uint8Array(256);
/** Kind of the token that is this byte alone. */
export const SINGLE = new Uint8Array(256);
/** Kind of the token that is this byte twice, or 0. */
export const DOUBLED = new Uint8Array(256);
/** Kind of the token that is this byte and `=`, or 0. */
export const WITH_EQUAL = new Uint8Array(256);
/** Kind of the token that is this byte twice and `=`, or 0. */
export const DOUBLED_WITH_EQUAL = new Uint8Array(256);

const code = (character: string): number => character.charCodeAt(0);
const mark = (table: Uint8Array, characters: string, value: number): void => {
  for (const character of characters) table[code(character)] = value;
};

const DIGITS = "0123456789";
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

mark(CLASS_OF, LETTERS, CharacterClass.Letter);
mark(CLASS_OF, DIGITS, CharacterClass.Digit);
mark(CLASS_OF, " \t\f", CharacterClass.Blank);
mark(CLASS_OF, "\r\n", CharacterClass.Newline);
mark(CLASS_OF, "#", CharacterClass.Comment);
mark(CLASS_OF, "\"'", CharacterClass.Quote);
mark(CLASS_OF, "([{", CharacterClass.Open);
mark(CLASS_OF, ")]}", CharacterClass.Close);
mark(CLASS_OF, "\\", CharacterClass.Backslash);
mark(CLASS_OF, ".,:;=+-*/%<>&|^~!@", CharacterClass.Operator);
mark(CLASS_OF, "\0", CharacterClass.Null);
CLASS_OF.fill(CharacterClass.Letter, 128);

mark(NAME_PART, LETTERS + DIGITS, 1);
NAME_PART.fill(2, 128);
mark(IS_DIGIT, DIGITS, 1);

const spelled: readonly [string, number][] = [
  ["(", TokenKind.LeftParen],
  [")", TokenKind.RightParen],
  ["[", TokenKind.LeftBracket],
  ["]", TokenKind.RightBracket],
  ["{", TokenKind.LeftBrace],
  ["}", TokenKind.RightBrace],
  [",", TokenKind.Comma],
  [":", TokenKind.Colon],
  [";", TokenKind.Semicolon],
  [".", TokenKind.Dot],
  ["=", TokenKind.Equal],
  ["@", TokenKind.At],
  ["+", TokenKind.Plus],
  ["-", TokenKind.Minus],
  ["*", TokenKind.Star],
  ["/", TokenKind.Slash],
  ["%", TokenKind.Percent],
  ["&", TokenKind.Ampersand],
  ["|", TokenKind.Bar],
  ["^", TokenKind.Caret],
  ["~", TokenKind.Tilde],
  ["<", TokenKind.Less],
  [">", TokenKind.Greater],
  ["!", TokenKind.Invalid],
];
for (const [text, kind] of spelled) SINGLE[code(text)] = kind;

DOUBLED[code("*")] = TokenKind.DoubleStar;
DOUBLED[code("/")] = TokenKind.DoubleSlash;
DOUBLED[code("<")] = TokenKind.LeftShift;
DOUBLED[code(">")] = TokenKind.RightShift;
DOUBLED[code("=")] = TokenKind.EqEqual;

WITH_EQUAL[code(":")] = TokenKind.ColonEqual;
WITH_EQUAL[code("+")] = TokenKind.PlusEqual;
WITH_EQUAL[code("-")] = TokenKind.MinusEqual;
WITH_EQUAL[code("*")] = TokenKind.StarEqual;
WITH_EQUAL[code("/")] = TokenKind.SlashEqual;
WITH_EQUAL[code("%")] = TokenKind.PercentEqual;
WITH_EQUAL[code("@")] = TokenKind.AtEqual;
WITH_EQUAL[code("&")] = TokenKind.AmpersandEqual;
WITH_EQUAL[code("|")] = TokenKind.BarEqual;
WITH_EQUAL[code("^")] = TokenKind.CaretEqual;
WITH_EQUAL[code("<")] = TokenKind.LessEqual;
WITH_EQUAL[code(">")] = TokenKind.GreaterEqual;
WITH_EQUAL[code("!")] = TokenKind.NotEqual;

DOUBLED_WITH_EQUAL[code("*")] = TokenKind.DoubleStarEqual;
DOUBLED_WITH_EQUAL[code("/")] = TokenKind.DoubleSlashEqual;
DOUBLED_WITH_EQUAL[code("<")] = TokenKind.LeftShiftEqual;
DOUBLED_WITH_EQUAL[code(">")] = TokenKind.RightShiftEqual;
