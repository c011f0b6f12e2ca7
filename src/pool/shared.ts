/** A handle of an array that was put into shared memory once, for many calls. */
import { NogilError } from "../errors.js";
import { arrayOf, type NdArray, type SharedReference, SharedValue, type TypedArray } from "../wire/index.js";
import type { SharedMemory } from "./shared-memory.js";

/** What `pool.share` takes: an array of numbers, bytes, an `NdArray` of either, a table in a pool with `arrow`. */
export type Shareable = ArrayBufferView | ArrayBufferLike | NdArray | ArrowTable;

/** A table of `apache-arrow`. */
export type ArrowTable = { readonly schema: object; readonly batches: readonly object[] };

export interface ShareOptions {
  /**
   * Python may write to it, and all workers, and `read()`, see what was written. Nothing is locked: what another thread
   * writes meanwhile is seen in parts. Needs shared memory.
   * @default false: nobody can, not even by mistake; the system forbids it where it can
   */
  readonly writable?: boolean;
}

/**
 * An array in shared memory. As an argument, anywhere in a value, it is not sent again: Python gets a NumPy array or a
 * memoryview of the one memory. A Python function that returns the array gives this same handle back.
 *
 * Free it when no call uses it any more, or let `await using` do it; one that is forgotten is freed by the garbage
 * collector, and all are when their pool closes.
 */
export class Shared extends SharedValue implements AsyncDisposable {
  readonly #memory: SharedMemory;

  /** @internal */
  constructor(memory: SharedMemory) {
    super();
    this.#memory = memory;
  }

  /** Bytes in shared memory. */
  get byteLength(): number {
    return this.#memory.layout.byteLength;
  }

  /** Undefined for an array without a shape of its own. */
  get shape(): readonly number[] | undefined {
    return this.#memory.layout.shape;
  }

  get isWritable(): boolean {
    return this.#memory.isWritable;
  }

  get isFreed(): boolean {
    return this.#memory.isFreed;
  }

  /** @internal */
  get reference(): SharedReference | undefined {
    return this.#memory.reference;
  }

  /**
   * A copy of the data as they are now: the type that was shared, a `Buffer` for bytes of any kind
   * and for a table, whose Arrow IPC stream it is.
   *
   * @throws NogilError with the code SHARED_FREED when it was freed
   */
  async read<T extends TypedArray | NdArray = TypedArray | NdArray>(): Promise<T> {
    if (this.isFreed) throw freed();
    return arrayOf(this.#memory.layout, await this.#memory.read()) as T;
  }

  /**
   * Gives the memory back. What Python has kept of it stays valid; calls that have not begun yet and have it as an
   * argument fail with NotSendable.
   */
  free(): void {
    this.#memory.free();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.free();
  }
}

function freed(): NogilError {
  return new NogilError(
    "SHARED_FREED",
    "the shared array was freed: keep the handle for as long as you read it",
  );
}
