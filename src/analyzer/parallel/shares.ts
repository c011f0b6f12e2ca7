/** Cuts the work into shares that threads take one after the other from a common counter: no thread waits for another. */
import type { FileJob } from "./summarise-on-disk.js";

/** Large enough that taking one costs nothing, small enough that all threads end together. */
const SHARE_BYTES = 256 * 1024;

/** A worker thread costs some 40 ms to start and a compiled analyser of its own; less source than this is not worth it. */
export const MIN_BYTES_FOR_THREADS = 5_000_000;
/** Beyond this, reading and collecting on the main thread is what limits. */
const MAX_THREADS = 8;

/** Indices of the jobs, largest first, in shares of about equal size. */
export function sharesOf(jobs: readonly FileJob[]): number[][] {
  const order = jobs.map((_, index) => index).sort((a, b) => (jobs[b]?.size ?? 0) - (jobs[a]?.size ?? 0));
  const shares: number[][] = [];
  let share: number[] = [];
  let bytes = 0;
  for (const index of order) {
    share.push(index);
    bytes += jobs[index]?.size ?? 0;
    if (bytes < SHARE_BYTES) continue;
    shares.push(share);
    share = [];
    bytes = 0;
  }
  return share.length === 0 ? shares : [...shares, share];
}

/**
 * How many threads, the main one included, work on so much source.
 * @param cores - that this process may use
 */
export function threadsFor(bytes: number, cores: number): number {
  if (bytes < MIN_BYTES_FOR_THREADS) return 1;
  return Math.max(1, Math.min(cores, MAX_THREADS, Math.ceil(bytes / MIN_BYTES_FOR_THREADS)));
}
