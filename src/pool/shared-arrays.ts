/**
 * The shared arrays of a pool. A worker makes the memory, for Node cannot; the host opens it, fills it, and keeps it
 * open, so that it outlives every worker. Workers open the host's descriptor when an array first reaches them.
 */
import { InvalidOption, NotSendable, SharedMemoryFull, Unsupported } from "../errors.js";
import { type ArrowLibrary, layoutOf, RegionFile } from "../wire/index.js";
import { settlesWithin, type Worker } from "../worker/index.js";
import { checkOptions, type Rules, trueOrFalse } from "./option-rules.js";
import { type Shareable, Shared, type ShareOptions } from "./shared.js";
import { SharedMemory } from "./shared-memory.js";

/** A worker that is busy in C with the GIL answers nothing; then another is asked (milliseconds). */
const ANSWER_MS = 2_000;
const FOREVER_MS = 2 ** 31 - 1;

const RULES: Rules<ShareOptions> = { writable: trueOrFalse };

/** Every shared array of this process: a handle may be used in any pool. The handle itself must be free to go. */
const shared = new Map<number, { readonly memory: SharedMemory; handle: WeakRef<Shared> }>();
const pools = new Set<SharedArrays>();

const forgotten = new FinalizationRegistry<SharedMemory>((memory) => {
  if (shared.get(memory.number)?.handle.deref() === undefined) memory.free();
});

export class SharedArrays {
  readonly #workers: () => readonly Worker[];
  readonly #maxBytes: number;
  readonly #arrow: ArrowLibrary | undefined;
  readonly #own = new Set<SharedMemory>();
  #bytes = 0;

  constructor(
    workers: () => readonly Worker[],
    options: { readonly maxSharedBytes: number; readonly arrow: ArrowLibrary | undefined },
  ) {
    this.#workers = workers;
    this.#maxBytes = options.maxSharedBytes;
    this.#arrow = options.arrow;
    pools.add(this);
  }

  get stats(): { readonly arrays: number; readonly bytes: number } {
    return { arrays: this.#own.size, bytes: this.#bytes };
  }

  async share(value: Shareable, options: ShareOptions): Promise<Shared> {
    checkOptions(RULES, options);
    const laidOut = layoutOf(value, this.#arrow);
    if (laidOut === undefined)
      throw new InvalidOption(
        "array",
        value,
        "a TypedArray, an NdArray, a Buffer, an ArrayBuffer, a DataView or (in a pool with the option arrow) an Arrow table",
      );
    const { bytes, layout } = laidOut;
    const size = layout.byteLength;
    if (this.#bytes + size > this.#maxBytes) throw new SharedMemoryFull(size, this.#bytes, this.#maxBytes);
    this.#bytes += size;
    // The workers' sockets alone do not keep the host alive.
    const keepAlive = setInterval(() => {}, FOREVER_MS);
    try {
      const isWritable = options.writable ?? false;
      const data = size > 0 ? await this.#place(bytes, isWritable) : undefined;
      if (bytes.byteLength !== size)
        throw new NotSendable("array", "it was transferred, detached or resized while it was being shared");
      if (data === undefined && isWritable && size > 0)
        throw new Unsupported(
          "an array that workers can write to needs memfd_create and /proc, which are not here",
        );
      const memory = new SharedMemory(layout, isWritable, data ?? bytes.slice(), this.#freed);
      this.#own.add(memory);
      return handleOf(memory);
    } catch (error) {
      this.#bytes -= size;
      throw error;
    } finally {
      clearInterval(keepAlive);
    }
  }

  /** The handle that a worker names; undefined when it was freed. */
  static resolve(number: number): Shared | undefined {
    const known = shared.get(number);
    return known && (known.handle.deref() ?? handleOf(known.memory));
  }

  /** Frees all that is left. */
  close(): void {
    pools.delete(this);
    for (const memory of this.#own) memory.free();
  }

  /** Puts bytes into memory that workers can open; undefined where there is none. */
  async #place(bytes: Uint8Array, isWritable: boolean): Promise<RegionFile | undefined> {
    for (const worker of this.#workers()) {
      const making = worker.makeShared();
      if (!(await settlesWithin(making, ANSWER_MS))) {
        making.then((late) => late !== undefined && worker.sealShared(late, "", false)); // closes it
        continue;
      }
      const descriptor = await making;
      if (descriptor === undefined) continue;
      const file = RegionFile.open(`/proc/${worker.pid}/fd/${descriptor}`);
      if (file === undefined) return undefined;
      try {
        await file.write([bytes], 0);
      } catch (error) {
        file.close();
        throw new SharedMemoryFull(bytes.byteLength, this.#bytes, this.#maxBytes, { cause: error });
      }
      if (await worker.sealShared(descriptor, file.place.path, isWritable)) return file;
      // It died meanwhile, or cannot open what is this process's.
      file.close();
    }
    return undefined;
  }

  readonly #freed = (memory: SharedMemory): void => {
    this.#own.delete(memory);
    this.#bytes -= memory.layout.byteLength;
    shared.delete(memory.number);
    for (const pool of pools) for (const worker of pool.#workers()) worker.dropShared(memory.number);
  };
}

function handleOf(memory: SharedMemory): Shared {
  const handle = new Shared(memory);
  shared.set(memory.number, { memory, handle: new WeakRef(handle) });
  forgotten.register(handle, memory);
  return handle;
}
