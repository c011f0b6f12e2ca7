/** Points and reports for tests of what is made of them. */
import type { ProfilePoint, ProfileReport } from "../../src/profiler/index.js";

/** A quiet point: pure computing on a core of its own. */
export function point(values: Partial<ProfilePoint> & { readonly threads: number }): ProfilePoint {
  return {
    throughput: 100 * values.threads,
    p50Ms: 10,
    p99Ms: 12,
    cpu: 1,
    runq: 0,
    lock: 0,
    io: 0,
    cpuPerTask: 10,
    involuntarySwitches: 0.1,
    voluntarySwitches: 0,
    systemShare: 0,
    faults: 0.1,
    gcShare: 0,
    use: 1,
    errorShare: 0,
    spread: 0.01,
    ...values,
  };
}

export function report(values: Partial<ProfileReport> = {}): ProfileReport {
  return {
    target: "/home/me/service.py:handle",
    date: "2026-01-02T03:04:05.000Z",
    machine: { cpu: "A processor", cores: 2, system: "Linux x64", python: "3.13.5", freeThreadedBuild: true },
    gilEnabled: false,
    points: [
      point({ threads: 1, throughput: 100, use: 0.5 }),
      point({ threads: 2, throughput: 195 }),
      point({ threads: 4, throughput: 190, cpu: 0.5, runq: 0.5, p99Ms: null }),
      point({ threads: 8, throughput: 120, cpu: 0.25, runq: 0.75 }),
    ],
    knee: 2,
    cliff: 8,
    usl: { lambda: 100, sigma: 0.02, kappa: 0.01, peak: 9.9 },
    cause: { id: "oversubscription", evidence: ["the 2 cores are busy 100 % of the time"] },
    unjudged: null,
    advice: ["The cores are the limit: use 2 threads."],
    lines: [],
    comparison: { threads: 2, threadsNoGil: 195, threadsGil: 98, processes: 190, notes: [] },
    foreignCpu: 0.01,
    notes: [],
    ...values,
  };
}
