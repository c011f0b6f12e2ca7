/**
 * The fault matrix. In `npm test` a few injections a row, each row on one profile of each kind of Python; with
 * NOGIL_FAULTS=<injections> that many on all of them, and the outcomes in the file that NOGIL_FAULTS_REPORT names.
 */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { everyWay } from "../pool/profiles.js";
import type { Fault } from "./fault.js";
import { runRow } from "./matrix.js";
import { faults as allKilled } from "./rows/all-killed.js";
import { faults as crashLoop } from "./rows/crash-loop.js";
import { faults as deadlock } from "./rows/deadlock.js";
import { faults as forks } from "./rows/forks.js";
import { faults as hangs } from "./rows/hangs.js";
import { faults as host } from "./rows/host.js";
import { faults as malformedFrames } from "./rows/malformed-frames.js";
import { faults as memoryLimit } from "./rows/memory-limit.js";
import { faults as payloads } from "./rows/payloads.js";
import { faults as recycling } from "./rows/recycling.js";
import { faults as shutdown } from "./rows/shutdown.js";
import { faults as stopped } from "./rows/stopped.js";
import { faults as storage } from "./rows/storage.js";
import { faults as workerCrashes } from "./rows/worker-crashes.js";
import { faults as workerKilled } from "./rows/worker-killed.js";

const ROWS: readonly Fault[] = [
  workerKilled,
  workerCrashes,
  memoryLimit,
  hangs,
  deadlock,
  malformedFrames,
  payloads,
  storage,
  allKilled,
  recycling,
  forks,
  stopped,
  shutdown,
  crashLoop,
  host,
].flat();

// What other programs put into the shared one must not look like a leak of ours.
const temporary = mkdtempSync(join(tmpdir(), "nogil-matrix-"));
process.env.TMPDIR = temporary;
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const wanted = Number(process.env.NOGIL_FAULTS ?? 0);
const report = process.env.NOGIL_FAULTS_REPORT;
const isLong = wanted > 0;
const SHORT = 2;
const LONG_LIMIT_MS = 3_600_000;

describe.each(everyWay())("faults, $label", (way) => {
  const isMine = (fault: Fault, row: number) => {
    if (fault.profile !== undefined) return fault.profile === way.profile;
    return isLong || (row % 2 === 0) === ((way.profile === "thread") === way.python.freeThreadedBuild);
  };
  for (const fault of ROWS.filter(isMine)) {
    test(
      fault.name,
      async () => {
        const outcome = await runRow(fault, way, isLong ? wanted : (fault.short ?? SHORT), isLong);
        if (report !== undefined) appendFileSync(report, `${JSON.stringify(outcome)}\n`);
        const { lost, twice, orphans, leaks } = outcome;
        expect({ lost, twice, orphans, leaks }).toEqual({ lost: 0, twice: 0, orphans: 0, leaks: [] });
      },
      isLong ? LONG_LIMIT_MS : 60_000,
    );
  }
});
