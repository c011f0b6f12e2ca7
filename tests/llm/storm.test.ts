/** Whatever the weather: every caller gets its own answer or its own typed error, and the sums are right. */
import { expect, it } from "vitest";
import { RETRY_RATIO, RETRY_REFILL_PER_MS, RETRY_RESERVE } from "../../src/llm/limits/retry-budget.js";
import { type StormReport, storm } from "./storm.js";

function expectOrder(report: StormReport): void {
  expect(report.wrong).toEqual([]);
  const failures = Object.values(report.failed).reduce((sum, count) => sum + count, 0);
  expect(report.answered + failures).toBe(report.calls);
  // A request aborted before it was written never reaches the server; no other may be missing.
  expect(report.requestsAtServer).toBeLessThanOrEqual(report.attempts);
  expect(report.requestsAtServer).toBeGreaterThanOrEqual(report.attempts - report.aborted);
  const allowance = RETRY_RESERVE + report.seconds * 1_000 * RETRY_REFILL_PER_MS;
  expect(report.extraAttempts).toBeLessThanOrEqual(report.calls * RETRY_RATIO + allowance);
  expect(report.spent).toBeCloseTo(report.sumOfAttempts, 9);
}

it("keeps order in a storm", async () => {
  const report = await storm({ calls: 3_000, concurrency: 64, trouble: 0.08, seed: 1, limits: { rps: 600 } });
  expectOrder(report);
  expect(report.peakSecond).toBeLessThanOrEqual(600);
  // Most trouble is what retries are for.
  expect(report.answered).toBeGreaterThan(report.calls * 0.85);
});

it("does not make a failing provider's day worse", async () => {
  const report = await storm({ calls: 400, concurrency: 32, trouble: 0.9, seed: 2, timeout: 1_500 });
  expectOrder(report);
});
