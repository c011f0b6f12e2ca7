/**
 * Calls under way on one channel, by id. Ids are given in order and end almost in order, so a ring finds each at once;
 * a Map would leave a trail of old tables that keep finished calls alive and make the garbage collector copy them.
 */
const INITIAL_CAPACITY = 64;

export class CallRing<Call> {
  #slots: (Call | undefined)[] = new Array(INITIAL_CAPACITY).fill(undefined);
  /** No call with a smaller id is under way. */
  #first = 1;
  #last = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The id given last, 0 before the first. */
  get lastId(): number {
    return this.#last;
  }

  /** Adds a call with the id `lastId + 1`. */
  add(call: Call): void {
    this.#last++;
    if (this.#last - this.#first >= this.#slots.length) this.#grow();
    this.#slots[this.#last & (this.#slots.length - 1)] = call;
    this.#size++;
  }

  get(id: number): Call | undefined {
    return id < this.#first || id > this.#last ? undefined : this.#slots[id & (this.#slots.length - 1)];
  }

  delete(id: number): void {
    if (this.get(id) === undefined) return;
    const mask = this.#slots.length - 1;
    this.#slots[id & mask] = undefined;
    this.#size--;
    while (this.#first <= this.#last && this.#slots[this.#first & mask] === undefined) this.#first++;
  }

  /** Ids and calls, oldest first. */
  *entries(): IterableIterator<[number, Call]> {
    for (let id = this.#first; id <= this.#last; id++) {
      const call = this.get(id);
      if (call !== undefined) yield [id, call];
    }
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Array<Call | undefined>(old.length * 2).fill(undefined);
    for (let id = this.#first; id < this.#last; id++)
      slots[id & (slots.length - 1)] = old[id & (old.length - 1)];
    this.#slots = slots;
  }
}
