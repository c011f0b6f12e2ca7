// @ts-check
// Medians and quartiles, because a busy machine adds a long tail on one side only; ratios pair the samples of one round.

/**
 * @param {readonly number[]} sorted ascending
 * @param {number} share between 0 and 1
 * @returns {number} linearly interpolated between the two nearest values; NaN of nothing
 */
export function quantile(sorted, share) {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** @typedef {{ median: number, q1: number, q3: number, min: number, max: number, count: number }} Summary */

/**
 * @param {readonly number[]} values
 * @returns {Summary}
 */
export function summarise(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    q1: quantile(sorted, 0.25),
    q3: quantile(sorted, 0.75),
    min: quantile(sorted, 0),
    max: quantile(sorted, 1),
    count: sorted.length,
  };
}

/**
 * Divides round by round, so that what slows a whole round (clock speed, a neighbour) cancels out.
 * @param {ReadonlyMap<number, number>} numerators round → value
 * @param {ReadonlyMap<number, number>} denominators
 * @returns {number[]} of the rounds that have both
 */
export function pairedRatios(numerators, denominators) {
  const ratios = [];
  for (const [round, value] of numerators) {
    const other = denominators.get(round);
    if (other !== undefined) ratios.push(value / other);
  }
  return ratios;
}
