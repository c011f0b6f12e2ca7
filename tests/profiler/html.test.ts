import { describe, expect, it } from "vitest";
import { drawPage } from "../../src/profiler/index.js";
import { point, report } from "./points.js";

describe("the page", () => {
  it("holds the curve, latency, shares, comparison, cause, evidence and advice", () => {
    const page = drawPage(report());
    expect(page.match(/<svg /g)).toHaveLength(4);
    expect(page).toContain("Limited by: oversubscription.");
    expect(page).toContain("the 2 cores are busy 100 % of the time");
    expect(page).toContain("use 2 threads");
    expect(page).toMatch(/class="knee"/);
    expect(page).toMatch(/class="cliff"/);
    expect(page).toMatch(/class="ideal"/);
    expect(page).toContain("2 processes");
  });

  it("needs nothing from elsewhere", () => {
    expect(drawPage(report())).not.toMatch(/https?:|<script|<link|@import|url\(/);
  });

  it("shows what users wrote as text", () => {
    const page = drawPage(report({ target: '/tmp/<img src=x onerror="alert(1)">.py', notes: ["a < b & c"] }));
    expect(page).not.toContain("<img");
    expect(page).toContain("a &#60; b &#38; c");
  });

  it("says that nothing was judged, and why", () => {
    const page = drawPage(
      report({ cause: null, unjudged: "the machine was busy", advice: [], comparison: null }),
    );
    expect(page).toContain("No cause is named: the machine was busy");
    expect(page).not.toContain("What to do");
  });

  it("holds no number that is none, also where everything is zero or unknown", () => {
    const empty = point({
      threads: 1,
      throughput: 0,
      p50Ms: 0,
      p99Ms: null,
      runq: null,
      lock: null,
      io: null,
      faults: null,
    });
    for (const points of [[empty], [empty, point({ threads: 2, throughput: 0 })], []])
      expect(drawPage(report({ points, knee: null, cliff: null, usl: null }))).not.toMatch(
        /NaN|undefined|Infinity/,
      );
  });
});
