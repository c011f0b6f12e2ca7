/** Names with characters beyond ASCII (PEP 3131). */

const VALID = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
const START = /[\p{ID_Start}_]/u;
const PART = /\p{ID_Continue}/u;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The name in the form Python compares (NFKC), or the first character that no name can have. */
export function normalizeName(
  bytes: Uint8Array,
  start: number,
  end: number,
): { name: string } | { invalid: string; at: number } {
  const text = decoder.decode(bytes.subarray(start, end));
  const name = text.normalize("NFKC");
  if (VALID.test(name)) return { name };
  let at = start;
  for (const character of text) {
    const normalized = character.normalize("NFKC");
    const allowed = at === start ? START : PART;
    if (![...normalized].every((part) => allowed.test(part))) return { invalid: character, at };
    at += encoder.encode(character).length;
  }
  return { invalid: text, at: start };
}
