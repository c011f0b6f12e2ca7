import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MIN_BYTES_FOR_THREADS, sharesOf, threadsFor } from "../../../src/analyzer/parallel/shares.js";

const jobs = (sizes: readonly number[]) =>
  sizes.map((size, index) => ({ path: `${index}.py`, absolute: `/${index}.py`, size, isNamed: false }));

describe("shares of the work", () => {
  test("hold each file once, whatever the sizes", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000_000)), (sizes) => {
        const taken = sharesOf(jobs(sizes)).flat();
        expect(taken.sort((a, b) => a - b)).toEqual(sizes.map((_, index) => index));
      }),
    );
  });

  test("begin with the largest file", () => {
    expect(sharesOf(jobs([10, 900_000, 20]))).toEqual([[1], [2, 0]]);
  });
});

describe("threads", () => {
  test("are not started for a small project, nor beyond the cores", () => {
    expect(threadsFor(MIN_BYTES_FOR_THREADS - 1, 16)).toBe(1);
    expect(threadsFor(10 * MIN_BYTES_FOR_THREADS, 1)).toBe(1);
    expect(threadsFor(10 * MIN_BYTES_FOR_THREADS, 4)).toBe(4);
  });
});
