/** Calls under way on the channel of an event loop, by id: they end in any order, and one may outlive millions of others. */
export class CallMap<Call> {
  readonly #calls = new Map<number, Call>();
  #last = 0;

  get size(): number {
    return this.#calls.size;
  }

  /** The id given last, 0 before the first. */
  get lastId(): number {
    return this.#last;
  }

  /** Adds a call with the id `lastId + 1`. */
  add(call: Call): void {
    this.#calls.set(++this.#last, call);
  }

  get(id: number): Call | undefined {
    return this.#calls.get(id);
  }

  delete(id: number): void {
    this.#calls.delete(id);
  }

  /** Ids and calls, oldest first. */
  entries(): IterableIterator<[number, Call]> {
    return this.#calls.entries();
  }
}
