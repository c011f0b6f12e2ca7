// @ts-check
// How good the findings of a case are: HIT, GONE, and what placing as many marks at random would have hit.

/** A finding counts for a bug line that is at most this far away. */
export const NEAR_LINES = 2;

/**
 * @typedef {object} Finding
 * @property {string} rule
 * @property {string} severity
 * @property {string} tier
 * @property {number} line
 * @property {string} message
 */

/**
 * @typedef {object} Score
 * @property {Finding[]} hits findings near a bug line
 * @property {boolean} hit
 * @property {boolean} gone every hit is absent after the fix
 * @property {boolean} partlyGone at least one hit is absent after the fix
 * @property {number} chance that marks at random would have hit, from 0 to 1
 */

/** @param {Finding} finding */
export function isHigh({ severity }) {
  return severity === "high" || severity === "critical";
}

/**
 * @param {readonly Finding[]} before
 * @param {readonly Finding[]} after
 * @param {{ bugLines: readonly number[], lineCount: number, map: (line: number) => readonly [number, number] }} place
 * @returns {Score}
 */
export function score(before, after, { bugLines, lineCount, map }) {
  const hits = before.filter(({ line }) => bugLines.some((bug) => Math.abs(bug - line) <= NEAR_LINES));
  const absent = hits.filter((hit) => !after.some((finding) => isSame(hit, finding, map)));
  return {
    hits,
    hit: hits.length > 0,
    gone: hits.length > 0 && absent.length === hits.length,
    partlyGone: absent.length > 0,
    chance: chanceOfHit(
      lineCount,
      nearLines(bugLines, lineCount),
      new Set(before.map(({ line }) => line)).size,
    ),
  };
}

/**
 * @param {Finding} before
 * @param {Finding} after
 * @param {(line: number) => readonly [number, number]} map
 */
function isSame(before, after, map) {
  const [first, last] = map(before.line);
  return before.rule === after.rule && after.line >= first - NEAR_LINES && after.line <= last + NEAR_LINES;
}

/**
 * @param {readonly number[]} bugLines
 * @param {number} lineCount
 * @returns {number} of the lines on which a mark would be a hit
 */
export function nearLines(bugLines, lineCount) {
  const near = new Set();
  for (const bug of bugLines) {
    for (let line = bug - NEAR_LINES; line <= bug + NEAR_LINES; line++) {
      if (line >= 1 && line <= lineCount) near.add(line);
    }
  }
  return near.size;
}

/**
 * The chance that `marks` different lines out of `lines`, drawn at random, contain one of `targets` lines.
 * @param {number} lines
 * @param {number} targets
 * @param {number} marks
 */
export function chanceOfHit(lines, targets, marks) {
  let none = 1;
  for (let drawn = 0; drawn < Math.min(marks, lines); drawn++) {
    none *= Math.max(0, lines - targets - drawn) / (lines - drawn);
  }
  return 1 - none;
}
