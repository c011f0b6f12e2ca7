// @ts-check
// Which samples of a cell count: the quiet ones, as long as they are at least half; otherwise all, and the cell is marked.

/**
 * @param {import("./rounds.js").Cell} cell
 * @returns {{ samples: import("./rounds.js").TakenSample[], quiet: boolean }}
 */
export function countedSamples(cell) {
  const quiet = cell.samples.filter((sample) => sample.quiet);
  return quiet.length * 2 >= cell.samples.length
    ? { samples: quiet, quiet: true }
    : { samples: cell.samples, quiet: false };
}

/**
 * @param {import("./rounds.js").Cell} cell
 * @returns {Map<number, number>} round → value
 */
export function valuesByRound(cell) {
  return new Map(countedSamples(cell).samples.map(({ round, value }) => [round, value ?? Number.NaN]));
}
