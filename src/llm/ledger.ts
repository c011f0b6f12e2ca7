/** What a call has sent so far and what it cost: every attempt, whatever became of it. */
import type { Budget } from "./budget.js";
import { LLMError } from "./errors.js";
import { costOf } from "./pricing.js";
import { type Attempt, addUsage, NO_USAGE, type Usage } from "./response.js";
import type { Route } from "./route.js";

export interface AttemptRecord {
  readonly outcome: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly duration: number;
  readonly usage: Usage;
  readonly reportedCost: number | undefined;
  readonly estimated: boolean;
  readonly reason: Attempt["reason"];
}

export class Ledger {
  readonly attempts: Attempt[] = [];
  usage: Usage = NO_USAGE;
  #nanoUsd = 0;
  #unpriced = false;
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** US dollars; undefined when an attempt used tokens of unknown price. */
  get cost(): number | undefined {
    return this.#unpriced ? undefined : this.#nanoUsd / 1e9;
  }

  record(route: Route, record: AttemptRecord): void {
    const { reportedCost, usage } = record;
    const used = usage.input > 0 || usage.output > 0;
    let cost = reportedCost ?? (route.price === undefined ? undefined : costOf(usage, route.price));
    if (!used && cost === undefined) cost = 0;
    this.attempts.push(
      Object.freeze({
        provider: route.engine.provider,
        model: route.engine.model,
        outcome: record.outcome,
        status: record.status,
        requestId: record.requestId,
        duration: record.duration,
        usage,
        cost,
        estimated: record.estimated,
        reason: record.reason,
      }),
    );
    this.usage = addUsage(this.usage, usage);
    if (cost === undefined) this.#unpriced = true;
    else this.#nanoUsd += Math.round(cost * 1e9);
    this.#budget.pay({ usd: cost, tokens: usage.input + usage.output });
  }

  /** The error with the attempts of its call. */
  attachTo(error: unknown): unknown {
    if (error instanceof LLMError) error.attempts = Object.freeze([...this.attempts]);
    return error;
  }
}
