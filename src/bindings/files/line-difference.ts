/** What changed between two texts, for people: the lines from the first that differs to the last. */

/** More lines than this say no more. */
const MOST_LINES = 40;

export function lineDifference(before: string, after: string): string[] {
  const old = before === "" ? [] : before.split("\n");
  const now = after.split("\n");
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let oldEnd = old.length;
  let nowEnd = now.length;
  while (oldEnd > start && nowEnd > start && old[oldEnd - 1] === now[nowEnd - 1]) {
    oldEnd--;
    nowEnd--;
  }
  const lines = [`@@ line ${start + 1} @@`];
  for (const line of old.slice(start, oldEnd)) lines.push(`-${line}`);
  for (const line of now.slice(start, nowEnd)) lines.push(`+${line}`);
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `… ${lines.length - MOST_LINES} more lines`];
}
