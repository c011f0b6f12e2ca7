/** Runs a row of the matrix: so many injections, the invariants after every pool. */
import type { Way } from "../pool/profiles.js";
import type { Fault } from "./fault.js";
import { checkTasks, countOrphans, holdings, leaksSince, type Violations } from "./invariants.js";
import { type Measurements, noMeasurements, Scene } from "./scene.js";

export interface Outcome extends Violations {
  readonly row: string;
  readonly python: string;
  readonly profile: "thread" | "process";
  injections: number;
  readonly measured: Measurements;
}

const PER_POOL = 3;

export async function runRow(fault: Fault, way: Way, wanted: number, isLong: boolean): Promise<Outcome> {
  const count = Math.min(wanted, fault.most ?? wanted);
  const outcome: Outcome = {
    row: fault.name,
    python: `${way.python.version}${way.python.freeThreadedBuild ? "t" : ""}`,
    profile: way.profile,
    injections: 0,
    lost: 0,
    twice: 0,
    orphans: 0,
    leaks: [],
    measured: noMeasurements(),
  };
  while (outcome.injections < count) {
    const before = holdings();
    const scene = await Scene.open(way, fault.options ?? {}, isLong, outcome.measured);
    try {
      for (let i = 0; i < (fault.perPool ?? PER_POOL) && outcome.injections < count; i++) {
        await fault.inject(scene, outcome.injections++);
      }
      const { lost, twice, leaks } = await checkTasks(scene);
      outcome.lost += lost;
      outcome.twice += twice;
      outcome.leaks.push(...leaks);
    } finally {
      await scene.close();
    }
    outcome.orphans += await countOrphans(scene.pids);
    outcome.leaks.push(...(await leaksSince(before)));
  }
  return outcome;
}
