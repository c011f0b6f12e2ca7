/** One way of running the same tasks: a pool, and the best of its rounds. */
import type { Interpreter } from "../../interpreter/index.js";
import { packageFile } from "../../package-root.js";
import { createPool, type Handle, type Pool } from "../../pool/index.js";
import { type Interval, overlapShare } from "./overlap.js";

const MODULE = packageFile("python", "demo", "near_duplicates.py");
const LOOK_AT_MEMORY_EVERY_MS = 100;

export interface WayOptions {
  readonly interpreter: Interpreter;
  readonly profile: "thread" | "process";
  /** Tasks that run at once. */
  readonly width: number;
  /** Characters of text that every process loads. */
  readonly characters: number;
}

/** What a round took. */
export interface Measurement {
  readonly milliseconds: number;
  /** The share of the time in which two or more tasks ran. */
  readonly overlap: number;
}

export class Way implements AsyncDisposable {
  readonly profile: "thread" | "process";
  readonly width: number;
  readonly #pool: Pool;
  #best: Measurement | undefined;
  #peakBytes = 0;

  private constructor(pool: Pool, { profile, width }: WayOptions) {
    this.#pool = pool;
    this.profile = profile;
    this.width = width;
  }

  /** Starts the workers; resolves when all have loaded the text. */
  static async open(options: WayOptions): Promise<Way> {
    const { interpreter, profile, width, characters } = options;
    const pool = await createPool({
      module: MODULE,
      python: interpreter.path,
      profile,
      ...(profile === "thread" ? { workers: 1, threads: width } : { workers: width }),
      env: { NOGIL_DEMO_CHARS: String(characters) },
      output: "events",
    });
    await pool.ready();
    return new Way(pool, options);
  }

  /** The fastest round so far. */
  get best(): Measurement {
    if (this.#best === undefined) throw new Error("no round was run");
    return this.#best;
  }

  /** The most memory that its processes had resident together, in bytes. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** The size of each text. */
  sizes(): Promise<number[]> {
    return this.#pool.call<number[]>("sizes");
  }

  /** Near-duplicates by what a round found: share, name, name. */
  pairs(sketches: readonly unknown[]): Promise<[number, string, string][]> {
    return this.#pool.call("pairs", [sketches]);
  }

  /** Runs all tasks once, and returns what they found in the order of the texts. */
  async run(chunks: readonly (readonly number[])[], onDone: () => void): Promise<unknown[]> {
    const watch = setInterval(() => this.#lookAtMemory(), LOOK_AT_MEMORY_EVERY_MS);
    try {
      const start = performance.now();
      const handles = chunks.map((chunk) => this.#pool.push<[number, ...unknown[]][]>("sketch", chunk));
      for (const handle of handles) handle.then(onDone, onDone);
      const found = await Promise.all(handles);
      const milliseconds = performance.now() - start;
      this.#lookAtMemory();
      if (milliseconds < (this.#best?.milliseconds ?? Number.POSITIVE_INFINITY)) {
        this.#best = { milliseconds, overlap: overlapShare(handles.map(intervalOf)) };
      }
      return found.flat().sort((a, b) => a[0] - b[0]);
    } finally {
      clearInterval(watch);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close({ force: true });
  }

  #lookAtMemory(): void {
    const bytes = this.#pool.stats().workers.reduce((sum, { rss }) => sum + (rss ?? 0), 0);
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
  }
}

function intervalOf({ stats }: Handle): Interval {
  return { startedAt: stats.startedAt ?? 0, endedAt: stats.endedAt ?? 0 };
}
