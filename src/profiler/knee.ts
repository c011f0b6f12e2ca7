/** Where a scaling curve bends, and where it breaks. */

/** A point of a scaling curve. */
export interface CurvePoint {
  readonly threads: number;
  readonly throughput: number;
}

/** Throughputs this close to the best count as the best. */
export const KNEE_TOLERANCE = 0.02;
/** A loss of this part of the best throughput is a cliff. */
export const CLIFF_LOSS = 0.2;
/** However noisy a measurement is, a tenth is a difference. */
const MOST_TOLERANCE = 0.1;

/**
 * The smallest number of threads whose throughput is within `tolerance` of the best; null without points.
 * The best of noisy figures is the luckiest one, so the tolerance grows with the noise.
 *
 * @param spread how far repeated measurements of one point differ, relative
 */
export function findKnee(points: readonly CurvePoint[], spread = 0): number | null {
  const best = bestThroughput(points);
  if (best === null) return null;
  const tolerance = Math.min(MOST_TOLERANCE, Math.max(KNEE_TOLERANCE, spread));
  const good = points.filter(({ throughput }) => throughput >= best * (1 - tolerance));
  return Math.min(...good.map(({ threads }) => threads));
}

/** The first number of threads above the best one where throughput is 20 % or more below it; null without any. */
export function findCliff(points: readonly CurvePoint[]): number | null {
  const best = bestThroughput(points);
  if (best === null) return null;
  const top = points.find(({ throughput }) => throughput === best)?.threads ?? 0;
  const fallen = points.filter(
    ({ threads, throughput }) => threads > top && throughput <= best * (1 - CLIFF_LOSS),
  );
  return fallen.length === 0 ? null : Math.min(...fallen.map(({ threads }) => threads));
}

function bestThroughput(points: readonly CurvePoint[]): number | null {
  return points.length === 0 ? null : Math.max(...points.map(({ throughput }) => throughput));
}
