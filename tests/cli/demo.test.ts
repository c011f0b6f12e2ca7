import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { equalChunks } from "../../src/cli/tour/chunks.js";
import { overlapShare } from "../../src/cli/tour/overlap.js";
import { nogil, start, until } from "./command.js";

interface Interpreter {
  readonly path: string;
  readonly version: string;
  readonly freeThreadedBuild: boolean;
  readonly gilEnabled: boolean;
}

let interpreters: Interpreter[];
beforeAll(async () => {
  interpreters = JSON.parse((await nogil(["python", "list", "--json"])).stdout) as Interpreter[];
});

const A_TOUR_MS = 240_000;

describe("demo --json", () => {
  it(
    "measures all three ways where threads run in parallel, else two",
    async () => {
      const free = interpreters.find(({ gilEnabled }) => !gilEnabled);
      const withGil = interpreters.find(({ gilEnabled }) => gilEnabled);
      for (const interpreter of [free, withGil]) {
        if (interpreter === undefined) continue;
        const { stdout, code } = await nogil(["demo", "--json", "--python", interpreter.path]);
        expect(code).toBe(0);
        const result = JSON.parse(stdout) as Record<string, number>;
        const { path, version, freeThreadedBuild, gilEnabled } = interpreter;
        const inThreads = gilEnabled ? null : expect.any(Number);
        expect(result).toEqual({
          interpreter: { path, version, freeThreadedBuild, gilEnabled },
          profile: gilEnabled ? "process" : "thread",
          cores: expect.any(Number),
          tasks: expect.any(Number),
          sequentialMs: expect.any(Number),
          threadsMs: inThreads,
          processesMs: expect.any(Number),
          speedup: expect.any(Number),
          rssThreadsMb: inThreads,
          rssProcessesMb: expect.any(Number),
          overlap: expect.any(Number),
        });
        const parallelMs = (gilEnabled ? result.processesMs : result.threadsMs) as number;
        expect(result.speedup).toBeCloseTo((result.sequentialMs as number) / parallelMs, 1);
        expect(result.overlap).toBeGreaterThan(0.5);
        if (!gilEnabled) expect(result.rssThreadsMb).toBeLessThan(result.rssProcessesMb as number);
      }
    },
    2 * A_TOUR_MS,
  );
});

describe("demo", () => {
  it(
    "shows the interpreter, the table and what handles do",
    async () => {
      const { stdout, code } = await nogil(["demo"]);
      expect(code).toBe(0);
      const free = interpreters.find(({ gilEnabled }) => !gilEnabled);
      expect(stdout).toContain(free === undefined ? "runs with the GIL" : "runs without the GIL");
      expect(stdout).toMatch(
        free === undefined ? /threads +needs a free-threaded Python/ : /\d threads +[\d.]+ s/,
      );
      if (free === undefined) expect(stdout).toContain("nogil python install");
      expect(stdout).toMatch(/\d processes +[\d.]+ s +[\d.]+x/);
      expect(stdout).toContain("all found the same");
      expect(stdout).toContain("count_primes(5,000,000) -> 348,513");
      expect(stdout).toContain("failed alone: ZeroDivisionError: division by zero");
      expect(stdout).toContain("cancelled it: cooperative; ready: yes");
    },
    A_TOUR_MS,
  );

  it("ends on Ctrl-C", async () => {
    const { process: child, ended } = start(["demo"]);
    let shown = "";
    child.stdout?.on("data", (text: string) => {
      shown += text;
    });
    await until(() => shown.includes("GIL"));
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
  });
});

describe("equal chunks", () => {
  it("hold every item once and differ by no more than the largest item", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 30 }), (all, count) => {
        const chunks = equalChunks(all, count);
        expect(chunks.flat().sort((a, b) => a - b)).toEqual([...all.keys()]);
        const loads = chunks.map((chunk) => chunk.reduce((sum, item) => sum + (all[item] as number), 0));
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(Math.max(...all));
      }),
    );
  });
});

describe("overlap", () => {
  const interval = (startedAt: number, endedAt: number) => ({ startedAt, endedAt });

  it.each([
    [[], 0],
    [[interval(0, 10)], 0],
    [[interval(0, 5), interval(5, 10)], 0],
    [[interval(0, 10), interval(0, 10)], 1],
    [[interval(0, 10), interval(5, 10)], 0.5],
    [[interval(0, 10), interval(2, 4), interval(3, 7)], 0.5],
    [[interval(0, 1), interval(9, 10), interval(0, 1)], 0.1],
  ])("of %j is %d", (intervals, share) => expect(overlapShare(intervals)).toBeCloseTo(share));
});
