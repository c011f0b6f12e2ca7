import { describe, expect, it } from "vitest";
import { drawChart } from "../../src/profiler/index.js";
import { point, report } from "./points.js";

describe("the chart in the terminal", () => {
  it("has a dot for each number of threads, the best at the top", () => {
    const lines = drawChart(report());
    const chart = lines.slice(0, 12);
    expect(chart.join("").match(/●/g)).toHaveLength(4);
    const column = (threads: string) =>
      lines.find((line) => line.includes("threads"))!.indexOf(` ${threads} `) + 1;
    expect(chart[0]).toContain("●");
    // 195 of two threads stands above 120 of eight.
    const height = (threads: string) => chart.findIndex((line) => line[column(threads)] === "●");
    expect(height("2")).toBeLessThan(height("8"));
  });

  it("marks the knee and the cliff beneath their numbers", () => {
    const lines = drawChart(report());
    const axis = lines.findIndex((line) => line.includes("threads"));
    const marks = lines[axis + 1]!;
    expect(Math.abs(marks.indexOf("knee") - lines[axis]!.indexOf(" 2 "))).toBeLessThan(4);
    expect(Math.abs(marks.indexOf("cliff") - lines[axis]!.indexOf(" 8 "))).toBeLessThan(4);
  });

  it("fits the width, and keeps the marked numbers", () => {
    const points = Array.from({ length: 40 }, (_, index) => point({ threads: index + 1 }));
    const lines = drawChart({ points, knee: 17, cliff: 33 }, 60);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(70);
    expect(lines.join("\n")).toMatch(/ 1 .* 17 .* 33 .* 40 /);
  });

  it("draws nothing of nothing, and a flat line of zeros", () => {
    expect(drawChart({ points: [], knee: null, cliff: null })).toEqual([]);
    const zeros = [1, 2].map((threads) => point({ threads, throughput: 0 }));
    expect(drawChart({ points: zeros, knee: 1, cliff: null }).join("\n")).toContain("●");
  });
});
