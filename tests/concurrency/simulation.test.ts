/** The controller on scaling curves that were measured on a machine with two processors. */
import { describe, expect, it } from "vitest";
import { type Curve, curves, score, simulate } from "../../bench/concurrency/simulator.js";
import { Controller } from "../../src/concurrency/index.js";

const nogil = (bounds: { most: number; cores: number }) => new Controller({ ...bounds, start: bounds.cores });
const SEEDS = [1, 2, 3, 4, 5];

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const results = curves("free-threaded").map((curve) => {
  const scores = SEEDS.map((seed) => score(simulate(nogil, curve, { seed }), curve));
  return {
    name: curve.name,
    steady: median(scores.map(({ steady }) => steady)),
    over: median(scores.map(({ overCliff }) => overCliff)),
  };
});

describe("on the measured curves", () => {
  it.each(results)("$name: at least 0.90 of the best fixed limit", ({ steady }) => {
    expect(steady).toBeGreaterThan(0.9);
  });

  it("0.98 on average, and less than 1 % of the time over the cliff", () => {
    const mean = (key: "steady" | "over") => results.reduce((sum, row) => sum + row[key], 0) / results.length;
    expect(mean("steady")).toBeGreaterThan(0.975);
    expect(mean("over")).toBeLessThan(0.01);
  });
});

it("finds the new knee when one workload takes the place of another", () => {
  const all = curves("free-threaded");
  const named = (name: string) => all.find((curve) => curve.name === name) as Curve;
  for (const [before, after] of [
    ["io_sleep", "method_shared"],
    ["method_shared", "io_sleep"],
    ["cpu_private", "dbpool"],
  ]) {
    const [first, then] = [named(before as string), named(after as string)];
    const steady = SEEDS.map((seed) => {
      const trace = simulate(nogil, first, { then, seed, seconds: 120 });
      return score(trace, then, 90).steady;
    });
    expect(median(steady), `${before}, then ${after}`).toBeGreaterThan(0.85);
  }
});

it("waiting gains with the GIL on too", () => {
  const curve = curves("gil").find(({ name }) => name === "io_sleep") as Curve;
  expect(score(simulate(nogil, curve), curve).steady).toBeGreaterThan(0.9);
});
