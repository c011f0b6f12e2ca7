import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countsRoundKnee, firstCounts, orderOfPass } from "../../src/profiler/thread-counts.js";

const most = fc.integer({ min: 1, max: 1024 });

describe("numbers of threads", () => {
  it("are doublings, the cores and the most", () => {
    expect(firstCounts(32, 6)).toEqual([1, 2, 4, 6, 8, 16, 32]);
    expect(firstCounts(5, 2)).toEqual([1, 2, 4, 5]);
    expect(firstCounts(1, 8)).toEqual([1]);
  });

  it("ascend from one to the most, each once, also with half a core", () => {
    fc.assert(
      fc.property(most, fc.double({ min: 0.1, max: 256, noNaN: true }), (limit, cores) => {
        const counts = firstCounts(limit, cores);
        expect(counts[0]).toBe(1);
        expect(counts.at(-1)).toBe(limit);
        expect(counts).toEqual([...new Set(counts)].sort((left, right) => left - right));
      }),
    );
  });

  it("round the knee are new ones within the limit", () => {
    expect(countsRoundKnee(8, [1, 2, 4, 8, 16], 16)).toEqual([5, 12]);
    expect(countsRoundKnee(1, [1, 2], 2)).toEqual([]);
    fc.assert(
      fc.property(most, most, (knee, limit) => {
        for (const threads of countsRoundKnee(knee, [knee], limit)) {
          expect(threads).not.toBe(knee);
          expect(threads).toBeGreaterThanOrEqual(1);
          expect(threads).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it("are taken upwards and downwards in turn", () => {
    expect(orderOfPass([1, 4, 2], 0)).toEqual([1, 2, 4]);
    expect(orderOfPass([1, 4, 2], 1)).toEqual([4, 2, 1]);
  });
});
