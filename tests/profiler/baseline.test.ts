import { describe, expect, it } from "vitest";
import { compareWithBaseline, parseBaseline } from "../../src/profiler/index.js";
import { point, report } from "./points.js";

const kept = parseBaseline(JSON.stringify(report()), "kept.json");

describe("a kept report", () => {
  it("is not worse than itself", () => {
    expect(compareWithBaseline(report(), kept)).toEqual({ worse: [], notes: [] });
  });

  it("is the measure for throughput, speed-up and cliff", () => {
    const slower = report({
      points: [
        point({ threads: 1, throughput: 100 }),
        point({ threads: 2, throughput: 120 }),
        point({ threads: 4, throughput: 60 }),
      ],
      cliff: 4,
    });
    const { worse } = compareWithBaseline(slower, kept);
    expect(worse.join("\n")).toMatch(/throughput fell from 195\.0 to 120\.0/);
    expect(worse.join("\n")).toMatch(/speed it up 1\.20 times, before 1\.95/);
    expect(worse.join("\n")).toMatch(/the cliff is at 4 threads, before at 8/);
  });

  it("of another machine says nothing of throughput, but still of scaling", () => {
    const { machine } = report();
    const elsewhere = report({
      machine: { ...machine, cpu: "A slower processor" },
      points: [point({ threads: 1, throughput: 20 }), point({ threads: 2, throughput: 21 })],
      cliff: null,
    });
    const { worse, notes } = compareWithBaseline(elsewhere, kept);
    expect(worse).toEqual(["threads speed it up 1.05 times, before 1.95 times"]);
    expect(notes.join()).toContain("throughput is not compared");
  });

  it("with a shorter sweep has no cliff to compare with", () => {
    const short = parseBaseline(
      JSON.stringify(report({ points: report().points.slice(0, 2), cliff: null })),
      "kept.json",
    );
    expect(compareWithBaseline(report(), short).worse).toEqual([]);
  });

  it("notes another cause and another knee", () => {
    const { worse, notes } = compareWithBaseline(
      report({ cause: { id: "gc", evidence: [] }, knee: 4 }),
      kept,
    );
    expect(worse).toEqual([]);
    expect(notes).toEqual(["limited by gc, before by oversubscription", "the knee is at 4, before at 2"]);
  });

  it.each([
    "",
    "{",
    "[]",
    "{}",
    '{"points": []}',
    JSON.stringify({ ...report(), points: [{ threads: "one" }] }),
  ])("must be one: %s", (text) => {
    expect(() => parseBaseline(text, "kept.json")).toThrow(
      /option "baseline" is "kept.json", expected a report/,
    );
  });
});
