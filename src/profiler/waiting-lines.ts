/** Reads the stacks that faulthandler wrote, and counts where the threads of the workload were. */
import type { WaitingLine } from "./report.js";
import { isLockCall } from "./sampler.js";
import type { Window } from "./window.js";

interface Frame {
  readonly file: string;
  readonly line: number;
  readonly function: string;
}

/** Lines with less than this part of the samples tell nothing. */
const LEAST_SHARE = 0.05;
const MOST_LINES = 5;

/**
 * The lines where threads were, the most frequent first: the innermost frame of the user's own code, because that a
 * thread waits inside `threading.py` is not what one wants to know.
 *
 * @param onlyWaiting count only threads that waited for a lock
 */
export function waitingLines(windows: readonly Window[], onlyWaiting: boolean): WaitingLine[] {
  const counts = new Map<string, { frame: Frame; count: number }>();
  let samples = 0;
  for (const { stacks, idents } of windows) {
    const own = new Set(idents);
    for (const { text, waiting } of stacks) {
      for (const [ident, frames] of parseStacks(text)) {
        if (!own.has(ident) || (onlyWaiting && !isLockCall(waiting[ident]))) continue;
        const frame = frames.find(({ file }) => !isLibrary(file));
        samples++;
        if (frame === undefined) continue;
        const key = `${frame.file}:${frame.line}:${frame.function}`;
        const entry = counts.get(key) ?? { frame, count: 0 };
        entry.count++;
        counts.set(key, entry);
      }
    }
  }
  return [...counts.values()]
    .map(({ frame, count }) => ({ ...frame, share: count / samples }))
    .filter(({ share }) => share >= LEAST_SHARE)
    .sort((left, right) => right.share - left.share)
    .slice(0, MOST_LINES);
}

/** Frames of each thread, the innermost first, by the thread's identifier as faulthandler prints it. */
export function parseStacks(text: string): Map<string, Frame[]> {
  const threads = new Map<string, Frame[]>();
  let frames: Frame[] | undefined;
  for (const line of text.split("\n")) {
    const head = /^(?:Current thread|Thread) (0x[0-9a-f]+)/.exec(line);
    if (head?.[1] !== undefined) {
      frames = [];
      threads.set(head[1], frames);
      continue;
    }
    const frame = /^ {2}File "(.*)", line (\d+) in (.*)$/.exec(line);
    if (frame !== null) frames?.push({ file: frame[1]!, line: Number(frame[2]), function: frame[3]! });
  }
  return threads;
}

/** The standard library, installed packages, and the profiler's own loop. */
function isLibrary(file: string): boolean {
  return (
    /[\\/](?:lib(?:64)?[\\/]python3[^\\/]*|site-packages|dist-packages|nogil[\\/]_\w+\.py$)/.test(file) ||
    file.startsWith("<")
  );
}
