import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ProfileReport } from "../../src/profiler/index.js";
import { withGil } from "../interpreters.js";
import { fileWith, nogil, temporaryFolder } from "./command.js";

const python = withGil().path;
const SLEEP = "import time\ndef workload(seconds=0.005):\n    time.sleep(seconds)\n";
const QUICK = ["--python", python, "--seconds", "0.2", "--max-threads", "2", "--no-compare"];
const LONG_TEST_MS = 180_000;

describe("nogil profile", () => {
  it(
    "prints the chart, the figures and what it means",
    async () => {
      const { stdout, code } = await nogil(["profile", fileWith(SLEEP), ...QUICK]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/module\.py:workload\n/);
      expect(stdout).toContain("●");
      expect(stdout).toMatch(/threads +calls\/s +p50 ms +p99 ms/);
      expect(stdout).toMatch(/Knee: \d thread/);
      expect(stdout).toMatch(/Limited by: |No cause is named: /);
    },
    LONG_TEST_MS,
  );

  it(
    "prints JSON with every documented field, and writes the page",
    async () => {
      const page = join(temporaryFolder(), "profile.html");
      const target = `${fileWith(SLEEP)}:workload`;
      const { stdout, stderr, code } = await nogil([
        "profile",
        target,
        "0.01",
        ...QUICK,
        "--json",
        "--html",
        page,
      ]);
      expect(code).toBe(0);
      const report = JSON.parse(stdout) as ProfileReport;
      expect(Object.keys(report)).toEqual(
        expect.arrayContaining([
          "points",
          "knee",
          "cliff",
          "usl",
          "cause",
          "comparison",
          "foreignCpu",
          "machine",
        ]),
      );
      expect(Object.keys(report.points[0]!)).toEqual(
        expect.arrayContaining([
          ..."threads throughput p50Ms p99Ms cpu runq lock io cpuPerTask".split(" "),
          ..."involuntarySwitches systemShare faults gcShare".split(" "),
        ]),
      );
      expect(report.points[0]!.p50Ms).toBeGreaterThanOrEqual(10);
      expect(stderr).toContain(`wrote ${page}`);
      expect(readFileSync(page, "utf8")).toContain("<svg");
    },
    LONG_TEST_MS,
  );

  it(
    "compares with what it printed before, and fails when that was better",
    async () => {
      const file = fileWith(SLEEP);
      const { stdout } = await nogil(["profile", file, ...QUICK, "--json"]);
      const report = JSON.parse(stdout) as ProfileReport;
      const better = report.points.map((point) => ({ ...point, throughput: point.throughput * 10 }));
      const kept = fileWith(JSON.stringify({ ...report, points: better }), "kept.json");
      const { stderr, code } = await nogil(["profile", file, ...QUICK, "--baseline", kept]);
      expect(code).toBe(1);
      expect(stderr).toContain("worse than the baseline:");
      expect(stderr).toMatch(/throughput fell from/);
    },
    LONG_TEST_MS,
  );

  it("says what is wrong with the code, with Python's traceback", async () => {
    const { stderr, stdout, code } = await nogil([
      "profile",
      fileWith("def workload():\n    1 / 0\n"),
      ...QUICK,
    ]);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/error: workload raised ZeroDivisionError/);
    expect(stderr).toContain("1 / 0");
  });

  it.each([
    [["--seconds", "0"], "Expected seconds"],
    [["--max-threads", "0"], "whole number"],
    [["--kwargs", "[]"], "JSON object"],
  ])("refuses %j", async (options, message) => {
    const { stderr, code } = await nogil(["profile", "x.py", ...options]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it("refuses a baseline that is none before it measures anything", async () => {
    const mark = join(temporaryFolder(), "ran");
    const file = fileWith(`def workload():\n    open(${JSON.stringify(mark)}, "w").close()\n`);
    const kept = fileWith("{}", "kept.json");
    const { stderr, code } = await nogil(["profile", file, ...QUICK, "--baseline", kept]);
    expect(code).toBe(2);
    expect(stderr).toContain("expected a report of `nogil profile --json`");
    expect(existsSync(mark)).toBe(false);
    const missing = await nogil(["profile", file, ...QUICK, "--baseline", "/nowhere/kept.json"]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain("/nowhere/kept.json: no such file");
  });
});
