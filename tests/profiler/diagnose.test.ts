import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CAUSES,
  type CauseId,
  type Comparison,
  diagnose,
  findKnee,
  type ProfilePoint,
} from "../../src/profiler/index.js";
import { point } from "./points.js";

const CORES = 2;

interface Measured {
  readonly fields: readonly (keyof ProfilePoint)[];
  readonly curves: readonly {
    readonly name: string;
    readonly gil: boolean;
    /** The causes that are right. */
    readonly causes: readonly CauseId[];
    readonly points: readonly (readonly number[])[];
  }[];
}

const { fields, curves } = JSON.parse(
  readFileSync(new URL("measured-curves.json", import.meta.url), "utf8"),
) as Measured;

function judge(points: readonly ProfilePoint[], gilEnabled = false, comparison: Comparison | null = null) {
  return diagnose({ points, cores: CORES, gilEnabled, knee: findKnee(points) ?? 1, comparison });
}

describe("curves that were measured", () => {
  it.each(curves.map((curve) => ({ ...curve, label: `${curve.name}, GIL ${curve.gil ? "on" : "off"}` })))(
    "$label: $causes",
    ({ causes, gil, points }) => {
      const read = points.map((values) =>
        point(
          Object.fromEntries(fields.map((name, index) => [name, values[index]])) as unknown as ProfilePoint,
        ),
      );
      const cause = judge(read, gil);
      expect(causes, cause?.evidence.join("; ")).toContain(cause?.id);
      expect(cause?.evidence.length).toBeGreaterThan(0);
    },
  );
});

const COUNTS = [1, 2, 4, 8, 16];

/** Points that are the same but for what depends on the number of threads. */
function sweep(of: (threads: number) => Partial<ProfilePoint>): ProfilePoint[] {
  return COUNTS.map((threads) =>
    point({
      threads,
      throughput: 100 * Math.min(threads, CORES),
      use: Math.min(1, threads / CORES),
      ...of(threads),
    }),
  );
}

/** One row of DESIGN's table each: what the figures look like, and what they mean. */
const TABLE: readonly { cause: CauseId; gil?: boolean; points: readonly ProfilePoint[] }[] = [
  {
    cause: "gil",
    gil: true,
    points: sweep((n) => ({ throughput: 100, use: 0.5, cpu: 1 / n, lock: 1 - 1 / n })),
  },
  {
    cause: "oversubscription",
    points: sweep((n) => ({ cpu: Math.min(1, 2 / n), runq: Math.max(0, 1 - 2 / n) })),
  },
  {
    cause: "shared-object",
    points: sweep((n) => ({ throughput: n === 1 ? 100 : 60, cpuPerTask: n === 1 ? 10 : 35 })),
  },
  {
    cause: "lock-convoy",
    points: sweep((n) => ({
      cpuPerTask: n === 1 ? 1 : 2.5,
      involuntarySwitches: n > 2 ? 700 : 0,
      systemShare: n === 1 ? 0 : 0.4,
    })),
  },
  { cause: "long-lock", points: sweep((n) => ({ use: 0.6, cpu: 1 / n, lock: 1 - 1 / n })) },
  { cause: "io", points: sweep((n) => ({ throughput: 100 * n, use: 0.02, cpu: 0, io: 1, cpuPerTask: 0.1 })) },
  {
    cause: "downstream",
    points: sweep((n) => ({
      throughput: n <= 4 ? 100 * n : 1000 / n,
      p50Ms: 10 * Math.max(1, (n / 4) ** 2),
      use: 0.02,
      cpu: 0,
      io: 1,
      cpuPerTask: 0.1,
    })),
  },
  { cause: "gc", points: sweep((n) => ({ gcShare: n === 1 ? 0.01 : 0.3, cpuPerTask: n === 1 ? 10 : 15 })) },
  {
    cause: "memory",
    points: sweep((n) => ({ faults: 3 * n * n, cpuPerTask: n < 8 ? 10 : 18, systemShare: 0.1 })),
  },
  { cause: "none", points: sweep(() => ({})).slice(0, 2) },
];

describe("the table of causes", () => {
  it.each(TABLE)("$cause", ({ cause, gil, points }) => expect(judge(points, gil)?.id).toBe(cause));

  it("has a row for every cause", () => {
    expect(TABLE.map(({ cause }) => cause).sort()).toEqual([...CAUSES].sort());
  });
});

describe("what does not mislead it", () => {
  const fighting = sweep((n) => ({ cpuPerTask: n === 1 ? 10 : 16 }));
  const comparison = { threads: 2, threadsGil: 100, notes: [] };

  it("two hardware threads on one core slow processes down as well", () => {
    expect(judge(fighting, false, { ...comparison, threadsNoGil: 125, processes: 125 })?.id).toBe(
      "oversubscription",
    );
    expect(judge(fighting, false, { ...comparison, threadsNoGil: 125, processes: 195 })?.id).toBe(
      "shared-object",
    );
  });

  it("a GIL that is on but never waited for is not the cause", () => {
    // Native code that gives the GIL back uses both cores.
    expect(
      judge(
        sweep((n) => ({ cpu: Math.min(1, 2 / n), runq: Math.max(0, 1 - 2 / n) })),
        true,
      )?.id,
    ).toBe("oversubscription");
  });

  it("a disk that takes no more is no service that breaks down", () => {
    const points = sweep((n) => ({
      throughput: 100 * Math.min(n, 4),
      p50Ms: 10 * Math.max(1, n / 4),
      use: 0.1,
      cpu: 0,
      io: 1,
    }));
    expect(judge(points)?.id).toBe("io");
    const refusing = points.map((one) => ({ ...one, errorShare: one.threads > 4 ? 0.1 : 0 }));
    expect(judge(refusing)?.id).toBe("downstream");
  });

  it("with one core the GIL costs nothing", () => {
    const points = COUNTS.map((threads) =>
      point({ threads, throughput: 100, use: 1, cpu: 1 / threads, lock: 1 - 1 / threads }),
    );
    expect(diagnose({ points, cores: 1, gilEnabled: true, knee: 1 })?.id).toBe("oversubscription");
  });

  it("half a core is full with half a core's work", () => {
    const points = COUNTS.map((threads) =>
      point({ threads, throughput: 50, use: 0.98, cpu: 0.5 / threads, runq: 1 - 0.5 / threads }),
    );
    expect(diagnose({ points, cores: 0.5, gilEnabled: false, knee: 1 })?.id).toBe("oversubscription");
  });

  it("a system that says nothing of waiting still shows the GIL and contention", () => {
    const unknown = {
      runq: null,
      lock: null,
      io: null,
      faults: null,
      involuntarySwitches: null,
      voluntarySwitches: null,
    };
    expect(
      judge(
        sweep(() => ({ throughput: 100, use: 0.5, ...unknown })),
        true,
      )?.id,
    ).toBe("gil");
    expect(judge(sweep((n) => ({ cpuPerTask: n === 1 ? 10 : 35, ...unknown })))?.id).toBe("shared-object");
  });
});

describe("any curve", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
  const some = fc.record({
    throughput: amount,
    p50Ms: amount,
    cpu: share,
    runq: fc.option(share),
    lock: fc.option(share),
    io: fc.option(share),
    cpuPerTask: amount,
    involuntarySwitches: fc.option(amount),
    voluntarySwitches: fc.option(amount),
    systemShare: share,
    faults: fc.option(amount),
    gcShare: share,
    use: share,
  });

  it("gets a known cause with evidence in numbers", () => {
    fc.assert(
      fc.property(fc.array(some, { minLength: 2, maxLength: 5 }), fc.boolean(), (values, gil) => {
        const cause = judge(
          values.map((value, index) => point({ ...value, threads: COUNTS[index]! })),
          gil,
        );
        expect(CAUSES).toContain(cause?.id);
        expect(cause?.evidence.join()).not.toMatch(/NaN|undefined|Infinity/);
      }),
    );
  });

  it("needs one thread and one more number of them", () => {
    expect(judge([point({ threads: 1 })])).toBeNull();
    expect(judge([point({ threads: 2 }), point({ threads: 4 })])).toBeNull();
  });
});
