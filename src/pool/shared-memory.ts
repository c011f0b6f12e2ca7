/** One piece of memory that workers map, and what the host knows of it. */
import type { Layout, RegionFile, SharedReference } from "../wire/index.js";

let lastNumber = 0;

export class SharedMemory {
  /** Counts the shared arrays of this process, so that no two pools mean different ones. */
  readonly number = ++lastNumber;
  readonly layout: Layout;
  readonly isWritable: boolean;
  readonly #data: RegionFile | Uint8Array;
  readonly #reference: SharedReference;
  readonly #onFreed: (memory: SharedMemory) => void;
  #isFreed = false;

  /** @param data an open region, which this closes; or the content, where the system has no such memory */
  constructor(
    layout: Layout,
    isWritable: boolean,
    data: RegionFile | Uint8Array,
    onFreed: (memory: SharedMemory) => void,
  ) {
    this.layout = layout;
    this.isWritable = isWritable;
    this.#data = data;
    this.#onFreed = onFreed;
    const place = data instanceof Uint8Array ? data : data.place;
    this.#reference = { ...layout, number: this.number, isWritable, place };
  }

  get isFreed(): boolean {
    return this.#isFreed;
  }

  get reference(): SharedReference | undefined {
    return this.#isFreed ? undefined : this.#reference;
  }

  /** A copy of the bytes. */
  async read(): Promise<Buffer> {
    if (this.#data instanceof Uint8Array) return Buffer.from(this.#data);
    const bytes = Buffer.allocUnsafeSlow(this.layout.byteLength);
    await this.#data.read(bytes, 0);
    return bytes;
  }

  free(): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    // Closed before the workers hear of it: whoever opens it later finds nothing.
    if (!(this.#data instanceof Uint8Array)) this.#data.close();
    this.#onFreed(this);
  }
}
