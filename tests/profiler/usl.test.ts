import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitUsl, type UslFit, uslThroughput } from "../../src/profiler/index.js";

const COUNTS = [1, 2, 3, 4, 6, 8, 16, 32];
const laws = fc.record({
  lambda: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
  sigma: fc.double({ min: 0, max: 0.9, noNaN: true }),
  kappa: fc.double({ min: 0, max: 0.1, noNaN: true }),
});

function curve(law: Omit<UslFit, "peak">): { threads: number; throughput: number }[] {
  return COUNTS.map((threads) => ({ threads, throughput: uslThroughput({ ...law, peak: null }, threads) }));
}

describe("the fit of the universal scalability law", () => {
  it("finds the law that a curve was made with", () => {
    fc.assert(
      fc.property(laws, (law) => {
        const fit = fitUsl(curve(law))!;
        expect(fit.lambda / law.lambda).toBeCloseTo(1, 4);
        expect(fit.sigma).toBeCloseTo(law.sigma, 4);
        expect(fit.kappa).toBeCloseTo(law.kappa, 4);
      }),
    );
  });

  it("has no negative coefficients, whatever the points are", () => {
    const points = fc
      .array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 8 })
      .map((values) => values.map((throughput, index) => ({ threads: COUNTS[index]!, throughput })));
    fc.assert(
      fc.property(points, (some) => {
        const fit = fitUsl(some);
        if (fit === null) return;
        expect(fit.lambda).toBeGreaterThan(0);
        expect(fit.sigma).toBeGreaterThanOrEqual(0);
        expect(fit.kappa).toBeGreaterThanOrEqual(0);
        if (fit.peak !== null) expect(fit.peak).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it("puts the peak where its own curve is greatest", () => {
    const fit = fitUsl(curve({ lambda: 100, sigma: 0.05, kappa: 0.004 }))!;
    const peak = fit.peak!;
    for (const threads of [peak / 1.5, peak * 1.5])
      expect(uslThroughput(fit, threads)).toBeLessThan(uslThroughput(fit, peak));
  });

  it("grows without end where nothing is lost to coherency", () => {
    expect(fitUsl(curve({ lambda: 10, sigma: 0, kappa: 0 }))).toMatchObject({ peak: null });
  });

  it("is null with less than three numbers of threads, or where nothing was done", () => {
    expect(fitUsl(curve({ lambda: 1, sigma: 0, kappa: 0 }).slice(0, 2))).toBeNull();
    expect(fitUsl(COUNTS.map((threads) => ({ threads, throughput: 0 })))).toBeNull();
  });
});
