/**
 * Names of one file as small numbers, so that the analyser compares integers. The bytes of every distinct name
 * stand once in a pool; an open-addressing table finds them. Keywords and soft keywords have the same ids in
 * every file; the others are forgotten, slot by slot, before the next file.
 */
import { doubled, grownBytes } from "./growth.js";
import { KEYWORDS, SOFT_KEYWORDS } from "./token-kind.js";

const INITIAL_SLOTS = 1 << 12;
const INITIAL_POOL_BYTES = 1 << 15;

/** Name ids of the soft keywords. */
export const SoftKeyword = {
  Underscore: KEYWORDS.length + 1,
  Case: KEYWORDS.length + 2,
  Lazy: KEYWORDS.length + 3,
  Match: KEYWORDS.length + 4,
  Type: KEYWORDS.length + 5,
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class NameTable {
  /** Number of names, keywords included; ids run from 1 to this. */
  count = 0;
  /** Names 1 to `fixed` are the same in every file. */
  readonly fixed: number;
  /** Name `id` is `pool` from `offsets[id]` to `offsets[id + 1]`. */
  offsets = new Int32Array(INITIAL_SLOTS / 2 + 2);
  pool = new Uint8Array(INITIAL_POOL_BYTES);
  private slots = new Int32Array(INITIAL_SLOTS);
  private hashes = new Int32Array(INITIAL_SLOTS / 2 + 2);
  /** The slot of each name: emptying is then a walk over names, not over the table. */
  private slotOf = new Int32Array(INITIAL_SLOTS / 2 + 2);

  constructor() {
    for (const word of [...KEYWORDS, ...SOFT_KEYWORDS]) this.internText(word);
    this.fixed = this.count;
  }

  /** Forgets every name but the keywords, which were entered first and so depend on no slot emptied here. */
  reset(): void {
    for (let id = this.fixed + 1; id <= this.count; id++) this.slots[this.slotOf[id]!] = 0;
    this.count = this.fixed;
  }

  /**
   * The id of the name `bytes[start, end)`.
   * @param hash - of those bytes: from 0, for each byte `hash = (Math.imul(hash, 31) + byte) | 0`
   */
  intern(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const { slots, hashes, offsets, pool } = this;
    const mask = slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    let id = slots[slot]!;
    while (id !== 0) {
      if (hashes[id] === hash) {
        let at = offsets[id]!;
        const poolEnd = offsets[id + 1]!;
        if (poolEnd - at === end - start) {
          let from = start;
          while (at < poolEnd && pool[at] === bytes[from]) {
            at++;
            from++;
          }
          if (at === poolEnd) return id;
        }
      }
      slot = (slot + 1) & mask;
      id = slots[slot]!;
    }
    return this.insert(bytes, start, end, hash, slot);
  }

  /** The id of a name that does not stand in the source as it is. */
  internText(text: string): number {
    const bytes = encoder.encode(text);
    let hash = 0;
    for (const byte of bytes) hash = (Math.imul(hash, 31) + byte) | 0;
    return this.intern(bytes, 0, bytes.length, hash);
  }

  /** The name itself. */
  text(id: number): string {
    return decoder.decode(this.pool.subarray(this.offsets[id]!, this.offsets[id + 1]!));
  }

  private insert(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const id = ++this.count;
    const at = this.offsets[id]!;
    const poolEnd = at + end - start;
    if (poolEnd > this.pool.length) this.pool = grownBytes(this.pool, poolEnd);
    for (let to = at, from = start; to < poolEnd; to++, from++) this.pool[to] = bytes[from]!;
    this.offsets[id + 1] = poolEnd;
    this.hashes[id] = hash;
    this.slots[slot] = id;
    this.slotOf[id] = slot;
    if (id + 2 >= this.hashes.length) this.growTable();
    return id;
  }

  private growTable(): void {
    const size = this.slots.length * 2;
    this.offsets = doubled(this.offsets);
    this.hashes = doubled(this.hashes);
    this.slotOf = doubled(this.slotOf);
    const slots = new Int32Array(size);
    for (let id = 1; id <= this.count; id++) {
      const hash = this.hashes[id]!;
      let slot = (hash ^ (hash >>> 15)) & (size - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      slots[slot] = id;
      this.slotOf[id] = slot;
    }
    this.slots = slots;
  }
}
