/** What is known of each result line of a file, by the number of its input line, in little memory. */

/** A result line. */
export interface Entry {
  /** Where it stands in the file, in bytes. */
  readonly offset: number;
  /** Its bytes, the newline included. */
  readonly length: number;
  /** The fingerprint as a number. */
  readonly fingerprint: bigint;
  readonly failed: boolean;
}

const PAGE_LINES = 4096;

/** Typed arrays: 25 bytes a line where objects would take more than 100. */
interface Page {
  readonly offsets: Float64Array;
  /** 0: no line. */
  readonly lengths: Float64Array;
  readonly fingerprints: BigUint64Array;
  readonly failures: Uint8Array;
}

export class LineIndex {
  /** By number; only those in use, because a damaged file may name any index. */
  readonly #pages = new Map<number, Page>();
  #size = 0;
  #failed = 0;
  #last = -1;
  #isSorted = true;

  /** Lines. */
  get size(): number {
    return this.#size;
  }

  /** Lines that are errors. */
  get failed(): number {
    return this.#failed;
  }

  /** Whether the lines stand in the file in the order of their numbers. */
  get isSorted(): boolean {
    return this.#isSorted;
  }

  /** Adds a line that stands behind all others. False when there is one of that number. */
  add(index: number, entry: Entry): boolean {
    const number = Math.floor(index / PAGE_LINES);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = {
        offsets: new Float64Array(PAGE_LINES),
        lengths: new Float64Array(PAGE_LINES),
        fingerprints: new BigUint64Array(PAGE_LINES),
        failures: new Uint8Array(PAGE_LINES),
      };
      this.#pages.set(number, page);
    }
    const at = index % PAGE_LINES;
    if (page.lengths[at] !== 0) return false;
    page.offsets[at] = entry.offset;
    page.lengths[at] = entry.length;
    page.fingerprints[at] = entry.fingerprint;
    page.failures[at] = entry.failed ? 1 : 0;
    this.#size++;
    if (entry.failed) this.#failed++;
    if (index < this.#last) this.#isSorted = false;
    this.#last = index;
    return true;
  }

  get(index: number): Entry | undefined {
    const page = this.#pages.get(Math.floor(index / PAGE_LINES));
    return page && entryAt(page, index % PAGE_LINES);
  }

  /** Number and line, by number. */
  *entries(): Generator<readonly [number, Entry], void, undefined> {
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const page = this.#pages.get(number) as Page;
      for (let at = 0; at < PAGE_LINES; at++) {
        const entry = entryAt(page, at);
        if (entry !== undefined) yield [number * PAGE_LINES + at, entry];
      }
    }
  }
}

function entryAt(page: Page, at: number): Entry | undefined {
  const length = page.lengths[at] as number;
  if (length === 0) return undefined;
  return {
    offset: page.offsets[at] as number,
    length,
    fingerprint: page.fingerprints[at] as bigint,
    failed: page.failures[at] === 1,
  };
}
