import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCliff, findKnee } from "../../src/profiler/index.js";

const curves = fc
  .array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 12 })
  .map((values) => values.map((throughput, index) => ({ threads: 2 ** index, throughput })));

describe("the knee", () => {
  it("is the fewest threads within 2 % of the best", () => {
    const points = [100, 190, 199, 200].map((throughput, index) => ({ threads: index + 1, throughput }));
    expect(findKnee(points)).toBe(3);
    expect(findKnee(points, 0.06)).toBe(2);
  });

  it("is within the tolerance of the best, and nothing with fewer threads is", () => {
    fc.assert(
      fc.property(curves, (points) => {
        const best = Math.max(...points.map(({ throughput }) => throughput));
        const knee = points.find(({ threads }) => threads === findKnee(points));
        expect(knee!.throughput).toBeGreaterThanOrEqual(0.98 * best);
        for (const { threads, throughput } of points)
          if (threads < knee!.threads) expect(throughput).toBeLessThan(0.98 * best);
      }),
    );
  });

  it("does not depend on the unit or on the order of the points", () => {
    fc.assert(
      fc.property(curves, (points) => {
        const scaled = points.map(({ threads, throughput }) => ({ threads, throughput: throughput * 1024 }));
        expect(findKnee(scaled.reverse())).toBe(findKnee(points));
      }),
    );
  });

  it("never moves to more threads when the measurement is noisier", () => {
    fc.assert(
      fc.property(curves, fc.double({ min: 0, max: 1, noNaN: true }), (points, spread) => {
        expect(findKnee(points, spread)!).toBeLessThanOrEqual(findKnee(points)!);
      }),
    );
  });

  it("is null without points", () => expect(findKnee([])).toBeNull());
});

describe("the cliff", () => {
  it("is where a fifth is lost for the first time, past the best", () => {
    const points = [50, 100, 90, 79, 10].map((throughput, index) => ({ threads: index + 1, throughput }));
    expect(findCliff(points)).toBe(4);
  });

  it("is not before the best", () => {
    expect(
      findCliff([10, 5, 100].map((throughput, index) => ({ threads: index + 1, throughput }))),
    ).toBeNull();
  });

  it("lies past the best, and past the knee", () => {
    fc.assert(
      fc.property(curves, (points) => {
        const cliff = findCliff(points);
        if (cliff === null) return;
        const best = Math.max(...points.map(({ throughput }) => throughput));
        expect(points.find(({ threads }) => threads === cliff)!.throughput).toBeLessThanOrEqual(0.8 * best);
        expect(cliff).toBeGreaterThan(findKnee(points)!);
      }),
    );
  });

  it("is null for a curve that only rises", () => {
    fc.assert(
      fc.property(curves, (points) => {
        const rising = points.map(({ threads }, index) => ({ threads, throughput: 1 + index }));
        expect(findCliff(rising)).toBeNull();
      }),
    );
  });
});
