/**
 * A lane: everything that one (provider, address, key, model) shares in this process. A request takes a
 * permit here before it is sent, in order of arrival, and says how it went when it settles. Requests and
 * tokens a minute, concurrency after a 429, pauses the provider asked for, the breaker and the retry
 * budget meet here and nowhere else.
 */
import { Aimd } from "./aimd.js";
import { Breaker, type BreakerState } from "./breaker.js";
import type { Clock } from "./clock.js";
import { Credit } from "./credit.js";
import type { RateReport } from "./rate-headers.js";
import { RetryBudget } from "./retry-budget.js";
import { SlidingWindow, type Ticket } from "./sliding-window.js";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/**
 * The provider counts a request when it arrives, some time between our sending and its answer, and not
 * always equally late. So a request counts from its answer on, but no later than this after its sending.
 */
const LONGEST_TRAVEL_MS = 1_000;
/** 429s in a row, without a word on how long to wait, before all callers pause. */
const PAUSE_AFTER_REFUSALS = 3;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

/** Limits as the user knows them from the provider. */
export interface RateLimits {
  /** Requests a minute. */
  readonly rpm?: number | undefined;
  /** Tokens a minute, read and written together. */
  readonly tpm?: number | undefined;
  /** Requests a second. */
  readonly rps?: number | undefined;
}

/** How a request went, as far as limits are concerned. */
export type Settlement =
  | { readonly kind: "answered" }
  | { readonly kind: "refused"; readonly retryAfter: number | undefined }
  | { readonly kind: "failed" }
  | { readonly kind: "abandoned" };

/** The right to send one request. Settle it exactly once. */
export interface Permit {
  readonly sequence: number;
  readonly requestTickets: readonly Ticket[];
  readonly tokenTicket: Ticket | undefined;
  readonly requestsSent: number;
  readonly tokensSent: number;
  sent: boolean;
}

/** A caller that waits for a permit. */
export interface Waiter {
  readonly tokens: number;
  /** The permit is there. */
  grant(permit: Permit): void;
  /** The breaker is open and the waiter is not willing to wait for it. Return true to leave the queue. */
  refuse(wait: number): boolean;
}

/** What a lane does at this moment. */
export interface LaneStats {
  readonly inFlight: number;
  readonly waiting: number;
  /** Requests that may be in flight; Infinity until the first 429. */
  readonly concurrencyLimit: number;
  readonly breaker: BreakerState;
  /** Milliseconds for which the provider asked all callers to wait. */
  readonly pausedFor: number;
  readonly sent: number;
  readonly extra: number;
  readonly refused: number;
}

export class Lane {
  readonly retries: RetryBudget;
  readonly #clock: Clock;
  readonly #aimd = new Aimd();
  readonly #breaker = new Breaker();
  readonly #requestCredit = new Credit();
  readonly #tokenCredit = new Credit();
  #perSecond: SlidingWindow | undefined;
  #perMinute: SlidingWindow | undefined;
  #tokens: SlidingWindow | undefined;
  readonly #queue = new Set<Waiter>();
  #inFlight = 0;
  #sequence = 0;
  #pausedUntil = 0;
  #refusals = 0;
  #stopTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #extra = 0;
  #refusedTotal = 0;
  lastUsed: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.retries = new RetryBudget(clock.now());
    this.lastUsed = clock.now();
  }

  get idle(): boolean {
    return this.#inFlight === 0 && this.#queue.size === 0;
  }

  /** Applies limits; where several clients share the lane, the strictest holds. */
  restrict(limits: RateLimits): void {
    this.#perSecond = stricter(this.#perSecond, limits.rps, SECOND_MS);
    this.#perMinute = stricter(this.#perMinute, limits.rpm, MINUTE_MS);
    this.#tokens = stricter(this.#tokens, limits.tpm, MINUTE_MS);
  }

  /** A permit at once, if nothing stands against it and nobody waits. */
  tryAcquire(tokens: number): Permit | undefined {
    return this.#queue.size === 0 && this.#blockedFor(this.#clock.now(), tokens) === 0
      ? this.#grant(tokens)
      : undefined;
  }

  /** Waits in order of arrival. */
  enqueue(waiter: Waiter): void {
    this.#queue.add(waiter);
    this.#pump();
  }

  /** Leaves the queue. */
  dequeue(waiter: Waiter): void {
    if (this.#queue.delete(waiter)) this.#pump();
  }

  /** The request of this permit is being written to the socket. */
  markSent(permit: Permit): void {
    if (permit.sent) return;
    permit.sent = true;
    this.#stamp(permit, this.#clock.now() + LONGEST_TRAVEL_MS);
  }

  /** The head of the answer is here: the request has arrived before. */
  markAnswered(permit: Permit): void {
    if (permit.requestTickets === NO_TICKETS && permit.tokenTicket === undefined) return;
    this.#stamp(permit, this.#clock.now());
    if (this.#queue.size > 0) this.#pump();
  }

  /** Headers of an answer said how much is left. */
  report(permit: Permit, report: RateReport): void {
    const now = this.#clock.now();
    const { requests, tokens } = report;
    if (requests) this.#requestCredit.report(permit.sequence, permit.requestsSent, requests, now);
    if (tokens) this.#tokenCredit.report(permit.sequence, permit.tokensSent, tokens, now);
  }

  /**
   * Gives the permit back.
   * @param tokens what the request really used; undefined when nobody knows.
   */
  settle(permit: Permit, settlement: Settlement, tokens: number | undefined): void {
    const now = this.#clock.now();
    this.#stamp(permit, now);
    if (!permit.sent) this.#forget(permit);
    else if (permit.tokenTicket !== undefined && tokens !== undefined) {
      this.#tokens?.adjust(permit.tokenTicket, tokens);
    }
    switch (settlement.kind) {
      case "answered":
        this.#refusals = 0;
        this.#aimd.succeeded(this.#inFlight);
        this.#breaker.answered(now);
        break;
      case "refused":
        this.#refusedTotal++;
        this.#breaker.answered(now);
        this.#pauseAfterRefusal(permit, settlement.retryAfter, now);
        break;
      case "failed":
        this.#breaker.failed(now);
        break;
      case "abandoned":
        this.#breaker.abandoned();
    }
    this.#inFlight--;
    this.lastUsed = now;
    if (this.#queue.size > 0) this.#pump();
  }

  /** Counts one extra call, if the retry budget pays for it. */
  payExtra(): boolean {
    const paid = this.retries.withdraw(this.#clock.now());
    if (paid) this.#extra++;
    return paid;
  }

  stats(): LaneStats {
    return {
      inFlight: this.#inFlight,
      waiting: this.#queue.size,
      concurrencyLimit: this.#aimd.limit,
      breaker: this.#breaker.state,
      pausedFor: Math.max(0, this.#pausedUntil - this.#clock.now()),
      sent: this.#sequence,
      extra: this.#extra,
      refused: this.#refusedTotal,
    };
  }

  #grant(tokens: number): Permit {
    this.#breaker.sent();
    this.#requestCredit.take(1);
    this.#tokenCredit.take(tokens);
    this.#inFlight++;
    const second = this.#perSecond?.take(1);
    const minute = this.#perMinute?.take(1);
    return {
      sequence: this.#sequence++,
      requestTickets:
        second === undefined && minute === undefined ? NO_TICKETS : [second ?? -1, minute ?? -1],
      tokenTicket: this.#tokens?.take(tokens),
      requestsSent: this.#requestCredit.sent,
      tokensSent: this.#tokenCredit.sent,
      sent: false,
    };
  }

  #stamp(permit: Permit, time: number): void {
    const [second, minute] = permit.requestTickets;
    if (second !== undefined) this.#perSecond?.stamp(second, time);
    if (minute !== undefined) this.#perMinute?.stamp(minute, time);
    if (permit.tokenTicket !== undefined) this.#tokens?.stamp(permit.tokenTicket, time);
  }

  /** The request never left: it counts for nothing. */
  #forget(permit: Permit): void {
    const [second, minute] = permit.requestTickets;
    if (second !== undefined) this.#perSecond?.adjust(second, 0);
    if (minute !== undefined) this.#perMinute?.adjust(minute, 0);
    if (permit.tokenTicket !== undefined) this.#tokens?.adjust(permit.tokenTicket, 0);
  }

  #pauseAfterRefusal(permit: Permit, retryAfter: number | undefined, now: number): void {
    const fresh = this.#aimd.refused(permit.sequence, this.#sequence, this.#inFlight);
    if (retryAfter !== undefined) {
      this.#pausedUntil = Math.max(this.#pausedUntil, now + retryAfter);
      return;
    }
    if (!fresh) return;
    this.#refusals++;
    if (this.#refusals < PAUSE_AFTER_REFUSALS) return;
    const pause = Math.min(
      LONGEST_PAUSE_MS,
      SHORTEST_PAUSE_MS * 2 ** (this.#refusals - PAUSE_AFTER_REFUSALS),
    );
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pause * (0.5 + Math.random() / 2));
  }

  /** Milliseconds until a request of so many tokens may go, the breaker left out. */
  #blockedFor(now: number, tokens: number): number {
    if (!this.#aimd.allows(this.#inFlight)) return Number.POSITIVE_INFINITY;
    let wait = this.#breaker.waitFor(now);
    if (this.#pausedUntil > now) wait = Math.max(wait, this.#pausedUntil - now);
    if (this.#perSecond) wait = Math.max(wait, this.#perSecond.waitFor(now, 1));
    if (this.#perMinute) wait = Math.max(wait, this.#perMinute.waitFor(now, 1));
    if (this.#tokens) wait = Math.max(wait, this.#tokens.waitFor(now, tokens));
    return Math.max(wait, this.#requestCredit.waitFor(now, 1), this.#tokenCredit.waitFor(now, tokens));
  }

  #pump(): void {
    const now = this.#clock.now();
    const broken = this.#breaker.waitFor(now);
    for (const waiter of this.#queue) {
      if (broken > 0 && waiter.refuse(broken)) {
        this.#queue.delete(waiter);
        continue;
      }
      const wait = this.#blockedFor(now, waiter.tokens);
      if (wait === 0) {
        this.#queue.delete(waiter);
        waiter.grant(this.#grant(waiter.tokens));
        continue;
      }
      // Infinity: the settling of a request pumps again.
      if (wait !== Number.POSITIVE_INFINITY) this.#pumpAt(now + wait);
      if (broken === 0) return;
    }
  }

  #pumpAt(time: number): void {
    if (this.#timerAt <= time) return;
    this.#stopTimer?.();
    this.#timerAt = time;
    this.#stopTimer = this.#clock.after(time - this.#clock.now(), () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#stopTimer = undefined;
      this.#pump();
    });
  }
}

const NO_TICKETS: readonly Ticket[] = Object.freeze([]);

function stricter(
  window: SlidingWindow | undefined,
  limit: number | undefined,
  span: number,
): SlidingWindow | undefined {
  if (limit === undefined) return window;
  if (window === undefined) return new SlidingWindow(limit, span);
  window.limit = Math.min(window.limit, limit);
  return window;
}
