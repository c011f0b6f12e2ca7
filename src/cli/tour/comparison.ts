/** The same tasks one after the other, on threads and in processes, round by round so that noise hits all alike. */
import { isDeepStrictEqual } from "node:util";
import { allowedCores, type Interpreter } from "../../interpreter/index.js";
import { CommandFailed } from "../failure.js";
import { equalChunks } from "./chunks.js";
import { type Measurement, Way, type WayOptions } from "./way.js";

export interface WayResult extends Measurement {
  readonly profile: "thread" | "process";
  readonly width: number;
  readonly peakBytes: number;
}

export interface Comparison {
  readonly cores: number;
  readonly files: number;
  readonly characters: number;
  readonly tasks: number;
  readonly rounds: number;
  readonly sequential: WayResult;
  /** Null without a free-threaded interpreter. */
  readonly threads: WayResult | null;
  readonly processes: WayResult;
  /** Near-duplicates: share, name, name. */
  readonly pairs: readonly (readonly [number, string, string])[];
}

/** Text that is read to learn how fast this machine is (characters). */
const TRIAL_CHARACTERS = 150_000;
/** How long all tasks shall take one after the other. */
const SEQUENTIAL_MS = 4_000;
const MOST_CHARACTERS = 24_000_000;
const TASKS_AT_LEAST = 24;
const TASKS_PER_CORE = 6;
const MOST_ROUNDS = 3;
/** No further round is begun after this. */
const ENOUGH_MS = 14_000;

/**
 * Measures.
 *
 * @param onProgress from 0 to 1, and what is being done
 * @throws CommandFailed when the ways do not find the same
 */
export async function compare(
  interpreter: Interpreter,
  signal: AbortSignal,
  onProgress: (fraction: number, step: string) => void,
): Promise<Comparison> {
  const cores = Math.max(1, Math.floor(allowedCores().allowed));
  // Where there is but one core, two at once show at least that it works.
  const width = Math.max(2, cores);
  const canThread = !interpreter.gilEnabled;
  onProgress(0, "how fast is this machine?");
  const characters = await fittingAmount(interpreter);
  const common = { interpreter, characters };
  const plans: WayOptions[] = [
    { ...common, profile: canThread ? "thread" : "process", width: 1 },
    ...(canThread ? [{ ...common, profile: "thread", width } as const] : []),
    { ...common, profile: "process", width },
  ];
  onProgress(0, "starting Python, loading text");
  const ways = await Promise.all(plans.map((plan) => Way.open(plan)));
  try {
    const [sequential, ...others] = ways as [Way, ...Way[]];
    const sizes = await sequential.sizes();
    const chunks = equalChunks(sizes, Math.max(TASKS_AT_LEAST, TASKS_PER_CORE * width));
    const start = performance.now();
    let rounds = 0;
    let found: unknown[] = [];
    while (rounds < MOST_ROUNDS && performance.now() - start < ENOUGH_MS) {
      for (const way of ways) {
        let done = 0;
        const step = `round ${rounds + 1}: ${describeWay(way)}`;
        const results = await way.run(chunks, () => onProgress(++done / chunks.length, step));
        signal.throwIfAborted();
        if (found.length === 0) found = results;
        if (!isDeepStrictEqual(results, found))
          throw new CommandFailed(`${describeWay(way)} found something else`);
      }
      rounds++;
    }
    return {
      cores,
      files: sizes.length,
      characters: sizes.reduce((sum, size) => sum + size, 0),
      tasks: chunks.length,
      rounds,
      sequential: resultOf(sequential),
      threads: canThread ? resultOf(others[0] as Way) : null,
      processes: resultOf(others.at(-1) as Way),
      pairs: await sequential.pairs(found),
    };
  } finally {
    await Promise.all(ways.map((way) => way[Symbol.asyncDispose]()));
  }
}

/** `"1 thread"`, `"4 processes"`. */
export function describeWay({ profile, width }: Pick<WayResult, "profile" | "width">): string {
  const plural = profile === "thread" ? "threads" : "processes";
  return width === 1 ? `1 ${profile}` : `${width} ${plural}`;
}

/** Characters of text that keep one thread of this machine busy for the wanted time. */
async function fittingAmount(interpreter: Interpreter): Promise<number> {
  await using way = await Way.open({
    interpreter,
    profile: "process",
    width: 1,
    characters: TRIAL_CHARACTERS,
  });
  const sizes = await way.sizes();
  const chunks = equalChunks(sizes, 4);
  // The first round warms up: Python specialises its code as it runs.
  for (let round = 0; round < 2; round++) await way.run(chunks, () => {});
  const characters = sizes.reduce((sum, size) => sum + size, 0);
  return Math.min(MOST_CHARACTERS, Math.round((characters / way.best.milliseconds) * SEQUENTIAL_MS));
}

function resultOf(way: Way): WayResult {
  const { profile, width, peakBytes } = way;
  return { profile, width, peakBytes, ...way.best };
}
