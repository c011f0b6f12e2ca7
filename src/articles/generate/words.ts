/** Small pieces of English that all generators need. */

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);

/** `"2026-02-19"` as `"19 February 2026"`. */
export function dayInWords(date: string): string {
  const [year, month, day] = date.slice(0, 10).split("-").map(Number);
  return `${day} ${MONTHS[(month ?? 1) - 1]} ${year}`;
}

/** `"2026-02-19"` as `"February 2026"`. */
export function monthInWords(date: string): string {
  const [year, month] = date.split("-").map(Number);
  return `${MONTHS[(month ?? 1) - 1]} ${year}`;
}

/** `"a"`, `"a and b"`, `"a, b and c"`. */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}

/** `"1 fix"`, `"2 fixes"`; a noun ending in s, x or ch takes es. */
export function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${/(?:s|x|ch)$/.test(noun) ? `${noun}es` : `${noun}s`}`;
}

/** A sentence with its full stop. */
export function asSentence(text: string): string {
  return /[.!?…。！？]["'”)\]`]*$/.test(text) ? text : `${text}.`;
}

/** At most so many characters, cut between words. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), most / 2)).replace(/[\s,;:.–-]+$/, "")}…`;
}

/** Text that stands in Markdown as it is: no tag, no table cell, no emphasis begins in it. Code spans stay. */
export function asMarkdown(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) =>
      index % 2 === 1
        ? part.replaceAll("|", "\\|")
        : part.replace(/[<>*|]|(?<=\s|^)_|_(?=\s|$)|[[\]]/g, "\\$&"),
    )
    .join("");
}
