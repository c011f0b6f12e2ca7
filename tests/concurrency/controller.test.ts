import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  betaIo,
  Controller,
  merge,
  type Sample,
  type Step,
  throughput,
} from "../../src/concurrency/index.js";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const sample: fc.Arbitrary<Sample> = fc.record({
  seconds: fc.double({ min: 0, max: 100, noNaN: true }),
  completions: fc.nat(100_000),
  latency: fc.double({ min: 0, max: 100, noNaN: true }),
  use: share,
  shares: fc.option(fc.record({ cpu: share, runq: share, lock: share, io: share }), { nil: undefined }),
  cpuPerTask: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
  troubled: share,
  isMemoryFull: fc.boolean(),
});

/** A machine whose threads do `rate(limit)` tasks a second. */
function ideal(rate: (limit: number) => number, more: (limit: number) => Partial<Sample> = () => ({})) {
  return ({ limit, seconds }: Step): Sample => ({
    seconds,
    completions: rate(limit) * seconds,
    latency: limit / rate(limit),
    use: 0.5,
    shares: undefined,
    cpuPerTask: undefined,
    troubled: 0,
    isMemoryFull: false,
    ...more(limit),
  });
}

/** Runs for so many seconds of the simulated clock, and gives the limits that were asked for. */
function run(controller: Controller, machine: (step: Step) => Sample, seconds: number): number[] {
  const limits: number[] = [];
  for (let now = 0; now < seconds; now += controller.step.seconds) {
    limits.push(controller.step.limit);
    controller.next(machine(controller.step));
  }
  return limits;
}

describe("whatever it is told", () => {
  it("asks for a limit within its bounds and a time that passes, and says why", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0.05, max: 64, noNaN: true }),
        fc.integer({ min: -5, max: 500 }),
        fc.array(sample, { maxLength: 200 }),
        (most, cores, start, samples) => {
          const controller = new Controller({ most, cores, start });
          for (const seen of samples) {
            const { limit, seconds, reason } = controller.next(seen);
            expect(Number.isInteger(limit) && limit >= 1 && limit <= most).toBe(true);
            expect(seconds > 0 && seconds <= 60).toBe(true);
            expect(reason.text).not.toBe("");
            expect(reason.text).not.toContain("NaN");
            const { knee } = controller.state;
            expect(knee === undefined || (knee >= 1 && knee <= most)).toBe(true);
          }
        },
      ),
    );
  });

  it("adds up stretches of time so that tasks and seconds stay what they were", () => {
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const both = merge(first, second);
        expect(both.completions).toBe(first.completions + second.completions);
        expect(both.seconds).toBeCloseTo(first.seconds + second.seconds);
        expect(throughput(both) >= 0).toBe(true);
      }),
    );
  });

  it("refuses bounds that leave no limit", () => {
    expect(() => new Controller({ most: 0, cores: 2 })).toThrow(RangeError);
    expect(() => new Controller({ most: 2.5, cores: 2 })).toThrow(RangeError);
    expect(() => new Controller({ most: 4, cores: 0 })).toThrow(RangeError);
  });
});

describe("on curves without noise", () => {
  it("finds any peak, from any start", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 64 }), (peak, start) => {
        const rate = (limit: number) => (1000 * Math.min(limit, peak)) / Math.max(1, limit / peak);
        const controller = new Controller({ most: 64, cores: 2, start });
        run(controller, ideal(rate), 900);
        expect(rate(controller.state.knee ?? 0)).toBeGreaterThan(0.85 * rate(peak));
      }),
    );
  });

  it("goes to the top for pure waiting, and stays at one when more does less", () => {
    const waiting = new Controller({ most: 64, cores: 2 });
    run(
      waiting,
      ideal((limit) => 100 * limit),
      30,
    );
    expect(waiting.state.knee).toBeGreaterThan(50);
    const contended = new Controller({ most: 64, cores: 2 });
    const limits = run(
      contended,
      ideal((limit) => 1000 / limit),
      60,
    );
    expect(contended.state.knee).toBe(1);
    expect(Math.max(...limits)).toBe(2);
  });

  it("takes the smaller limit where a larger does no more", () => {
    const controller = new Controller({ most: 64, cores: 8 });
    run(
      controller,
      ideal((limit) => 100 * Math.min(4, limit)),
      60,
    );
    expect(controller.state.knee).toBe(4);
  });

  it("jumps when threads wait for I/O and processors are free", () => {
    const shares = { cpu: 0.05, runq: 0, lock: 0, io: 0.95 };
    const controller = new Controller({ most: 64, cores: 2 });
    const machine = ideal(
      (limit) => 100 * Math.min(40, limit),
      () => ({ shares, use: 0.1 }),
    );
    const limits = run(controller, machine, 10);
    expect(limits).toContain(4);
    expect(limits).not.toContain(2);
    expect(controller.state.knee).toBeGreaterThan(32);
  });

  it("lets more in while nothing ends and everything waits, up to the bound", () => {
    const controller = new Controller({ most: 48, cores: 2, start: 2 });
    const shares = { cpu: 0, runq: 0, lock: 0, io: 1 };
    const nothing = ideal(
      () => 0.001,
      () => ({ completions: 0, latency: 0, shares, use: 0 }),
    );
    run(controller, nothing, 2);
    expect(controller.state.limit).toBe(48);
  });

  it("does not while tasks compute", () => {
    const controller = new Controller({ most: 48, cores: 2, start: 2 });
    const shares = { cpu: 1, runq: 0, lock: 0, io: 0 };
    const nothing = ideal(
      () => 0.001,
      () => ({ completions: 0, latency: 0, shares, use: 1 }),
    );
    expect(Math.max(...run(controller, nothing, 20))).toBe(2);
  });

  it("follows when the work becomes another", () => {
    const controller = new Controller({ most: 64, cores: 2 });
    run(
      controller,
      ideal((limit) => 100 * Math.min(4, limit)),
      30,
    );
    expect(controller.state.knee).toBe(4);
    run(
      controller,
      ideal((limit) => 50 * Math.min(32, limit)),
      120,
    );
    expect(controller.state.knee).toBeGreaterThan(24);
  });
});

describe("vetoes", () => {
  it("full processors end the search upwards, at whatever throughput says", () => {
    const controller = new Controller({ most: 64, cores: 2 });
    const machine = ideal(
      (limit) => 100 * limit,
      (limit) => ({ use: Math.min(1, limit / 2) }),
    );
    expect(Math.max(...run(controller, machine, 30))).toBe(2);
    expect(controller.state.vetoes.join()).toContain("processors are full");
  });

  it("memory at its limit too", () => {
    const controller = new Controller({ most: 64, cores: 2 });
    const machine = ideal(
      (limit) => 100 * limit,
      (limit) => ({ isMemoryFull: limit >= 8 }),
    );
    expect(Math.max(...run(controller, machine, 30))).toBe(8);
  });

  it("other people's work on the processors too", () => {
    const controller = new Controller({ most: 64, cores: 2, start: 2 });
    const machine = ideal(
      (limit) => 100 * limit,
      (limit) => ({ use: 0.4, shares: { cpu: 0.5, runq: limit < 2 ? 0.2 : 0.5, lock: 0, io: 0 } }),
    );
    expect(Math.max(...run(controller, machine, 30))).toBe(2);
  });

  it("overload downstream lowers the limit that was held", () => {
    const controller = new Controller({ most: 64, cores: 2 });
    const rate = (limit: number) => 100 * Math.min(16, limit);
    run(controller, ideal(rate), 30);
    expect(controller.state.knee).toBe(16);
    const machine = ideal(rate, (limit) => ({ troubled: limit > 8 ? 0.2 : 0 }));
    run(controller, machine, 20);
    expect(controller.state.limit).toBeLessThanOrEqual(10);
  });
});

describe("advice", () => {
  const machine = (cpuPerTask: (limit: number) => number) =>
    ideal(
      (limit) => (limit === 1 ? 1000 : 400),
      (limit) => ({ cpuPerTask: cpuPerTask(limit), use: Math.min(1, limit / 2) }),
    );

  it("names shared objects when a task's processor time grows with the second thread", () => {
    const controller = new Controller({ most: 8, cores: 2 });
    run(
      controller,
      machine((limit) => (limit === 1 ? 0.001 : 0.004)),
      20,
    );
    expect(controller.state.advice).toMatchObject({ kind: "shared-object" });
    expect(controller.state.advice?.growth).toBeCloseTo(4);
  });

  it("takes processors that share a core for what they are: two threads do more there", () => {
    const controller = new Controller({ most: 8, cores: 2 });
    const siblings = ideal(
      (limit) => (limit === 1 ? 1000 : 1200),
      (limit) => ({ cpuPerTask: limit === 1 ? 0.001 : 0.0017, use: Math.min(1, limit / 2) }),
    );
    run(controller, siblings, 20);
    expect(controller.state.advice).toBeUndefined();
  });

  it("says that threads exclude one another when processors stand idle", () => {
    const controller = new Controller({ most: 8, cores: 2 });
    run(
      controller,
      machine(() => 0.001),
      20,
    );
    expect(controller.state.advice).toMatchObject({ kind: "single-thread" });
  });

  it("has nothing to say where threads gain", () => {
    const controller = new Controller({ most: 8, cores: 2 });
    run(
      controller,
      ideal((limit) => 100 * Math.min(limit, 2)),
      20,
    );
    expect(controller.state.advice).toBeUndefined();
  });
});

it("the blocking ratio counts neither waiting for a processor nor for another thread", () => {
  expect(betaIo({ cpu: 0.25, runq: 0.75, lock: 0, io: 0 })).toBe(0);
  expect(betaIo({ cpu: 0.1, runq: 0, lock: 0.9, io: 0 })).toBe(0);
  expect(betaIo({ cpu: 0.1, runq: 0.2, lock: 0.4, io: 0.3 })).toBeCloseTo(0.75);
  expect(betaIo({ cpu: 0, runq: 1, lock: 0, io: 0 })).toBe(0);
});
