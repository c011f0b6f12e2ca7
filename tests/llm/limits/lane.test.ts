/** The rules of a lane with the test as its clock. */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { Aimd } from "../../../src/llm/limits/aimd.js";
import { Breaker } from "../../../src/llm/limits/breaker.js";
import type { Clock } from "../../../src/llm/limits/clock.js";
import { Lane, type Permit } from "../../../src/llm/limits/lane.js";
import { RETRY_RESERVE, RetryBudget } from "../../../src/llm/limits/retry-budget.js";
import { SlidingWindow } from "../../../src/llm/limits/sliding-window.js";
import { peak } from "../storm.js";

class TestClock implements Clock {
  time = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(delay: number, callback: () => void): () => void {
    const timer = { at: this.time + delay, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets `span` milliseconds pass, timers in their order. */
  pass(span: number): void {
    const end = this.time + span;
    for (;;) {
      const next = this.#timers.sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#timers.shift();
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }
}

let clock: TestClock;
let lane: Lane;
let granted: { permit: Permit; at: number }[];
let refused: number;

function ask(tokens = 1, patient = true): void {
  lane.enqueue({
    tokens,
    grant: (permit) => granted.push({ permit, at: clock.time }),
    refuse: () => {
      if (!patient) refused++;
      return !patient;
    },
  });
}

function answer(permit: Permit): void {
  lane.markSent(permit);
  lane.markAnswered(permit);
  lane.settle(permit, { kind: "answered" }, undefined);
}

beforeEach(() => {
  clock = new TestClock();
  lane = new Lane(clock);
  granted = [];
  refused = 0;
});

describe("requests a minute", () => {
  it("are never more in any sliding minute, whatever the pattern", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ gap: fc.nat(30_000), travel: fc.nat(900) }), { minLength: 1, maxLength: 80 }),
        (rpm, calls) => {
          clock = new TestClock();
          lane = new Lane(clock);
          granted = [];
          lane.restrict({ rpm });
          const arrivals: number[] = [];
          let next = 0;
          for (const { gap } of calls) {
            ask();
            for (let waited = 0; waited <= gap; waited += 500) {
              for (; next < granted.length; next++) {
                const { permit } = granted[next] as { permit: Permit };
                const { travel } = calls[next] as { travel: number };
                lane.markSent(permit);
                clock.after(travel, () => {
                  arrivals.push(clock.time);
                  lane.markAnswered(permit);
                  lane.settle(permit, { kind: "answered" }, undefined);
                });
              }
              clock.pass(500);
            }
          }
          expect(peak(arrivals, 60_000)).toBeLessThanOrEqual(rpm);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("that were not sent do not count", () => {
    lane.restrict({ rpm: 1 });
    ask();
    lane.settle(granted[0]?.permit as Permit, { kind: "abandoned" }, undefined);
    ask();
    expect(granted).toHaveLength(2);
  });

  it("follow the stricter of two clients", () => {
    lane.restrict({ rpm: 5 });
    lane.restrict({ rpm: 2 });
    for (let count = 0; count < 5; count++) ask();
    expect(granted).toHaveLength(2);
  });
});

describe("tokens a minute", () => {
  it("are corrected when the real number is known", () => {
    lane.restrict({ tpm: 100 });
    ask(90);
    ask(50);
    expect(granted).toHaveLength(1);
    const { permit } = granted[0] as { permit: Permit };
    lane.markSent(permit);
    lane.settle(permit, { kind: "answered" }, 40);
    expect(granted).toHaveLength(2);
  });

  it("let a request through that is bigger than the limit, alone", () => {
    lane.restrict({ tpm: 100 });
    ask(10);
    ask(1_000);
    answer(granted[0]?.permit as Permit);
    expect(granted).toHaveLength(1);
    clock.pass(60_001);
    expect(granted).toHaveLength(2);
  });
});

describe("what the provider says", () => {
  it("holds everyone back until its Retry-After is over", () => {
    ask();
    const { permit } = granted[0] as { permit: Permit };
    lane.markSent(permit);
    lane.settle(permit, { kind: "refused", retryAfter: 5_000 }, undefined);
    ask();
    clock.pass(4_999);
    expect(granted).toHaveLength(1);
    clock.pass(2);
    expect(granted).toHaveLength(2);
  });

  it("in its headers is an allowance for what comes", () => {
    ask();
    const { permit } = granted[0] as { permit: Permit };
    lane.markSent(permit);
    const requests = { limit: 10, remaining: 2, reset: 8_000, continuous: false };
    lane.report(permit, { requests, tokens: undefined });
    for (let count = 0; count < 4; count++) ask();
    expect(granted).toHaveLength(3);
    clock.pass(8_001);
    expect(granted).toHaveLength(5);
  });

  it("by a burst of 429 halves concurrency once, and success raises it again", () => {
    const aimd = new Aimd();
    expect(aimd.refused(3, 10, 10)).toBe(true);
    expect(aimd.refused(4, 10, 9)).toBe(false);
    expect(aimd.limit).toBe(5);
    for (let count = 0; count < 30; count++) aimd.succeeded(5 + count);
    expect(aimd.limit).toBeGreaterThan(7);
    expect(aimd.allows(5)).toBe(true);
  });
});

describe("the breaker", () => {
  const fail = (count: number): void => {
    for (let index = 0; index < count; index++) {
      ask();
      const { permit } = granted.at(-1) as { permit: Permit };
      lane.markSent(permit);
      lane.settle(permit, { kind: "failed" }, undefined);
    }
  };

  it("opens after failures, lets one probe through, and closes when it succeeds", () => {
    fail(20);
    expect(lane.stats().breaker).toBe("open");
    ask(1, false);
    expect(refused).toBe(1);
    ask();
    ask();
    expect(granted).toHaveLength(20);
    clock.pass(1_001);
    expect(granted).toHaveLength(21);
    expect(lane.stats().breaker).toBe("half-open");
    answer(granted[20]?.permit as Permit);
    expect(granted).toHaveLength(22);
    expect(lane.stats().breaker).toBe("closed");
  });

  it("stays open longer after every failed probe", () => {
    const breaker = new Breaker();
    for (let count = 0; count < 20; count++) breaker.failed(0);
    const first = breaker.waitFor(0);
    expect(breaker.waitFor(first)).toBe(0);
    breaker.sent();
    expect(breaker.waitFor(first)).toBe(Number.POSITIVE_INFINITY);
    breaker.failed(first);
    expect(breaker.waitFor(first)).toBe(2 * first);
    breaker.abandoned();
  });

  it("does not count a 429 as a failure", () => {
    for (let index = 0; index < 40; index++) {
      ask();
      const { permit } = granted.at(-1) as { permit: Permit };
      lane.markSent(permit);
      lane.settle(permit, { kind: "refused", retryAfter: 0 }, undefined);
      clock.pass(1);
    }
    expect(lane.stats()).toMatchObject({ breaker: "closed", refused: 40 });
  });
});

describe("the retry budget", () => {
  it("pays for one extra call in ten and a small reserve", () => {
    const budget = new RetryBudget(0);
    for (let count = 0; count < 200; count++) budget.deposit();
    let paid = 0;
    while (budget.withdraw(0)) paid++;
    expect(paid).toBe(RETRY_RESERVE + 20);
  });

  it("earns the reserve back in time, and no more", () => {
    const budget = new RetryBudget(0);
    while (budget.withdraw(0));
    let paid = 0;
    while (budget.withdraw(1e9)) paid++;
    expect(paid).toBe(RETRY_RESERVE);
  });
});

it("a window forgets what is old and keeps its memory small", () => {
  const window = new SlidingWindow(2, 100);
  for (let time = 0; time < 20_000; time++) {
    expect(window.waitFor(time * 60, 1)).toBeGreaterThanOrEqual(0);
    if (window.waitFor(time * 60, 1) === 0) window.stamp(window.take(1), time * 60);
    expect(window.used).toBeLessThanOrEqual(2);
  }
});
