/** When a task ran. */
export interface Interval {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The share of the time from the first start to the last end in which two or more tasks ran at once, from 0 to 1. */
export function overlapShare(intervals: readonly Interval[]): number {
  const changes = intervals
    .flatMap(({ startedAt, endedAt }) => [
      { at: startedAt, by: 1 },
      { at: endedAt, by: -1 },
    ])
    // Where one ends as the next begins, nothing overlaps.
    .sort((a, b) => a.at - b.at || a.by - b.by);
  const first = changes[0]?.at ?? 0;
  const last = changes.at(-1)?.at ?? 0;
  let running = 0;
  let since = first;
  let together = 0;
  for (const { at, by } of changes) {
    if (running >= 2) together += at - since;
    running += by;
    since = at;
  }
  return last > first ? together / (last - first) : 0;
}
