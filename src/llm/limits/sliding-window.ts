/**
 * At most `limit` units in any window of `span` milliseconds, exactly: a log of what was taken, not a
 * bucket that refills (a full bucket of n refilling at n a minute lets 2n through in one minute).
 * Pure: time comes in as an argument.
 */

/** Names one entry of the log. */
export type Ticket = number;

// Entries leave the log at its front; the arrays are cut when this many dead ones lie there.
const COMPACT_AT = 4096;

export class SlidingWindow {
  limit: number;
  readonly span: number;
  #at: number[] = [];
  #amount: number[] = [];
  #head = 0;
  /** Ticket of the entry at index 0 of the arrays. */
  #base = 0;
  #used = 0;

  /** @param span milliseconds. */
  constructor(limit: number, span: number) {
    this.limit = limit;
    this.span = span;
  }

  get used(): number {
    return this.#used;
  }

  /**
   * Milliseconds until `amount` more fit: 0 now, Infinity when only the settling of entries that
   * were not sent yet can tell. More than the whole limit waits for an empty window.
   */
  waitFor(now: number, amount: number): number {
    this.#expire(now);
    const room = this.limit - Math.min(amount, this.limit);
    let used = this.#used;
    if (used <= room) return 0;
    let latest = 0;
    for (let index = this.#head; index < this.#at.length; index++) {
      const at = this.#at[index] as number;
      if (at === Number.POSITIVE_INFINITY) return at;
      // Entries leave in order, so a late one at the front holds back those behind it.
      latest = Math.max(latest, at);
      used -= this.#amount[index] as number;
      if (used <= room) return Math.max(latest + this.span - now, 1);
    }
    return 0;
  }

  /** Takes `amount`; the window of this entry starts when {@link stamp} says when it was sent. */
  take(amount: number): Ticket {
    this.#at.push(Number.POSITIVE_INFINITY);
    this.#amount.push(amount);
    this.#used += amount;
    return this.#base + this.#at.length - 1;
  }

  /** The entry counts from `time` on at the latest; of several calls the earliest time holds. */
  stamp(ticket: Ticket, time: number): void {
    const index = ticket - this.#base;
    if (index >= this.#head && time < (this.#at[index] as number)) this.#at[index] = time;
  }

  /** The entry turned out to be `amount`; 0 when it was never sent. */
  adjust(ticket: Ticket, amount: number): void {
    const index = ticket - this.#base;
    if (index < this.#head) return;
    this.#used += amount - (this.#amount[index] as number);
    this.#amount[index] = amount;
  }

  #expire(now: number): void {
    const oldest = now - this.span;
    while (this.#head < this.#at.length && (this.#at[this.#head] as number) <= oldest) {
      this.#used -= this.#amount[this.#head] as number;
      this.#head++;
    }
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#at.length) {
      this.#at = this.#at.slice(this.#head);
      this.#amount = this.#amount.slice(this.#head);
      this.#base += this.#head;
      this.#head = 0;
    }
  }
}
