/**
 * What a client may spend. A call reserves what it will probably cost and pays what it did cost; a call
 * that fits only if others turn out cheaper waits for them.
 */
import { BudgetExceeded, type BudgetState, type LLMErrorFields } from "./errors.js";

/** Caps a client has unless told otherwise: enough for work, too little for an accident. */
const DEFAULT_BUDGET = Object.freeze({ usd: 10, tokens: 50_000_000 });

/** Caps; Infinity lifts one. */
export interface BudgetOptions {
  /** US dollars. @default 10 */
  readonly usd?: number;
  /** Tokens read and written. @default 50_000_000 */
  readonly tokens?: number;
}

/** What a call will probably need, or what it did need. */
export interface Need {
  /** US dollars; undefined when the price of the model is not known. */
  readonly usd: number | undefined;
  readonly tokens: number;
}

interface BudgetWaiter {
  readonly need: Need;
  readonly settle: (error: BudgetExceeded | undefined) => void;
}

// Sums of dollar amounts are exact to a billionth; half of one is no overdraft.
const ROUNDING_USD = 5e-10;

export class Budget {
  readonly usd: number;
  readonly tokens: number;
  #spentNanoUsd = 0;
  #spentTokens = 0;
  #reservedUsd = 0;
  #reservedTokens = 0;
  readonly #waiting = new Set<BudgetWaiter & { fields: LLMErrorFields }>();

  constructor(options: BudgetOptions = {}) {
    this.usd = options.usd ?? DEFAULT_BUDGET.usd;
    this.tokens = options.tokens ?? DEFAULT_BUDGET.tokens;
  }

  state(): BudgetState {
    return {
      usd: this.usd,
      tokens: this.tokens,
      spentUsd: this.#spentNanoUsd / 1e9,
      spentTokens: this.#spentTokens,
    };
  }

  /** True: reserved. False: others must settle first. Throws when it can never fit. */
  tryReserve(need: Need, fields: LLMErrorFields): boolean {
    if (this.#waiting.size > 0) {
      this.#refuseImpossible(need, fields);
      return false;
    }
    return this.#reserve(need, fields);
  }

  /**
   * Waits for others to settle.
   * @returns how to stop waiting.
   */
  wait(need: Need, fields: LLMErrorFields, settle: (error: BudgetExceeded | undefined) => void): () => void {
    const waiter = { need, settle, fields };
    this.#waiting.add(waiter);
    return () => this.#waiting.delete(waiter);
  }

  /** Books what an attempt cost. */
  pay(paid: Need): void {
    this.#spentNanoUsd += Math.round((paid.usd ?? 0) * 1e9);
    this.#spentTokens += paid.tokens;
  }

  /** Gives back what was reserved, after the call has paid. */
  release(reserved: Need): void {
    this.#reservedUsd -= reserved.usd ?? 0;
    this.#reservedTokens -= reserved.tokens;
    for (const waiter of this.#waiting) {
      try {
        if (!this.#reserve(waiter.need, waiter.fields)) return;
        this.#waiting.delete(waiter);
        waiter.settle(undefined);
      } catch (error) {
        this.#waiting.delete(waiter);
        waiter.settle(error as BudgetExceeded);
      }
    }
  }

  #reserve(need: Need, fields: LLMErrorFields): boolean {
    this.#refuseImpossible(need, fields);
    const usd = this.#spentNanoUsd / 1e9 + this.#reservedUsd + (need.usd ?? 0);
    const tokens = this.#spentTokens + this.#reservedTokens + need.tokens;
    if (usd > this.usd + ROUNDING_USD || tokens > this.tokens) return false;
    this.#reservedUsd += need.usd ?? 0;
    this.#reservedTokens += need.tokens;
    return true;
  }

  #refuseImpossible(need: Need, fields: LLMErrorFields): void {
    // A cap of zero dollars lets only models through whose price is known to be zero.
    if (this.usd === 0 && need.usd === undefined) {
      throw new BudgetExceeded(this.state(), "a call of unknown price", fields);
    }
    if (this.#spentNanoUsd / 1e9 + (need.usd ?? 0) > this.usd + ROUNDING_USD) {
      throw new BudgetExceeded(this.state(), `a call of about $${(need.usd ?? 0).toFixed(6)}`, fields);
    }
    if (this.#spentTokens + need.tokens > this.tokens) {
      throw new BudgetExceeded(this.state(), `a call of about ${need.tokens} tokens`, fields);
    }
  }
}
