/** Which numbers of threads are measured. */

/** Powers of two up to the most, the number of cores, and the most itself; ascending. */
export function firstCounts(most: number, cores: number): number[] {
  const counts = new Set<number>([1, most]);
  for (let threads = 2; threads < most; threads *= 2) counts.add(threads);
  const whole = Math.round(cores);
  if (whole >= 1 && whole <= most) counts.add(whole);
  return [...counts].sort((left, right) => left - right);
}

/** Steps of 1.5 on both sides of the knee that are not measured yet. */
export function countsRoundKnee(knee: number, measured: readonly number[], most: number): number[] {
  const wanted = [Math.round(knee / 1.5), Math.round(knee * 1.5)];
  return [...new Set(wanted)].filter(
    (threads) => threads >= 1 && threads <= most && !measured.includes(threads),
  );
}

/**
 * The order of one pass: up in even passes, down in odd ones, so that a machine that slows down or warms up does not
 * look like an effect of the number of threads.
 */
export function orderOfPass(counts: readonly number[], pass: number): number[] {
  const ascending = [...counts].sort((left, right) => left - right);
  return pass % 2 === 0 ? ascending : ascending.reverse();
}
