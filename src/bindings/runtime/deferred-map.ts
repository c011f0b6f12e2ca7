/** The results of `f.map`, whose pool may still have to be started. */
import type { MapResult, MapRun } from "../../pool/index.js";
import type { MapResults } from "./types.js";

export class DeferredMap<T> implements MapResults<T> {
  readonly #start: () => Promise<{ readonly run: MapRun<T> }>;
  #array: Promise<T[]> | undefined;

  /** @param start gives the run in an object, because a promise would await the run itself */
  constructor(start: () => Promise<{ readonly run: MapRun<T> }>) {
    this.#start = start;
  }

  async *settled(): AsyncGenerator<MapResult<T>, void, undefined> {
    const { run } = await this.#start();
    yield* run.settled();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const { run } = await this.#start();
    yield* run;
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is what it is for
  then<R1 = T[], R2 = never>(
    onFulfilled?: ((values: T[]) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    this.#array ??= this.#start().then(({ run }) => run);
    return this.#array.then(onFulfilled, onRejected);
  }
}
