/** What to do about each cause. */
import type { CauseId } from "./report.js";

/** Sentences, the most useful first. @param knee the number of threads to use */
export function adviceFor(cause: CauseId, knee: number, freeThreadedHere: boolean): string[] {
  const threads = knee === 1 ? "1 thread" : `${knee} threads`;
  switch (cause) {
    case "none":
      return [
        "Nothing stands in the way of more threads; measure with more of them (--max-threads) or more cores.",
      ];
    case "gil":
      return [
        freeThreadedHere
          ? "Run it with the GIL off: unset PYTHON_GIL, and see with `nogil status --packages` which package switches it on."
          : "Run it on a free-threaded Python (`nogil python install`), or in processes (nogil's process profile).",
      ];
    case "oversubscription":
      return [`The cores are the limit: use ${threads}. More only wait in line and make each call slower.`];
    case "shared-object":
      return [
        "Give each thread its own copy of what all of them touch: an instance, a closure, a dict or a module-level container.",
        "Or run it in processes (nogil's process profile); for reading alone, a newer Python shares objects at less cost.",
      ];
    case "lock-convoy":
      return [
        "A lock is taken very often and held very briefly: do more under it at once, or keep per-thread parts and join them at the end.",
        `Until then use ${threads}.`,
      ];
    case "long-lock":
      return [
        `Threads queue for a lock or a pool of connections: hold it for less, split it, or make the pool larger. Beyond ${threads} they only wait.`,
      ];
    case "io":
      return [
        `Threads wait for something outside: more of them help. Use ${threads} or more, until that is busy.`,
      ];
    case "gc":
      return [
        "Garbage collections stop all threads: make fewer objects that refer to one another, call gc.freeze() after loading, or raise gc.set_threshold().",
        "Processes collect each for themselves (nogil's process profile).",
      ];
    case "memory":
      return [
        `Reuse buffers instead of allocating anew for each call, work on smaller pieces, and use ${threads}: more of them need more memory at once than caches and allocator hold.`,
      ];
    case "downstream":
      return [
        `What is called cannot take more: keep to ${threads} (a limit on the calls under way), or make that service faster.`,
      ];
  }
}
