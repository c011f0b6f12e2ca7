// @ts-check
// How much of the machine other people used while a sample was taken, by two counts of which the larger is believed:
// what /proc/stat says all processors did minus what this benchmark and its descendants did, and the sum over all other
// processes. The first also sees processes that came and went, but is sampled by the timer and can fall short by some
// ticks under a ping-pong; the second is exact. Time stolen by the hypervisor counts as foreign in both.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { familyOf, processes } from "./processes.js";

/** Share of all processors above which a sample does not count as quiet. */
export const QUIET_SHARE = 0.05;
/** The kernel counts processor time in 10 ms ticks (USER_HZ is 100 on every Linux port that Node runs on). */
const TICKS_PER_SECOND = 100;
/** Ticks always forgiven: in a sample of 100 ms two of them are already 10 % of two processors, and any daemon takes one. */
const TICK_ALLOWANCE = 3;

/** @typedef {{ at: number, busy: number, stolen: number, own: number, others: number, available: boolean }} LoadReading */
/** @typedef {{ share: number, quiet: boolean }} ForeignLoad `share` is of all processors together */

/** @returns {{ busy: number, stolen: number }} ticks all processors spent on anything but idling */
function processorTicks() {
  const fields = (readFileSync("/proc/stat", "utf8").split("\n", 1)[0] ?? "")
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = fields;
  return { busy: user + nice + system + irq + softirq + stolen, stolen };
}

/** @returns {LoadReading} */
export function readLoad() {
  try {
    const all = processes();
    const members = new Set(familyOf(process.pid, all));
    let own = 0;
    let others = 0;
    for (const [pid, { ticks }] of all) {
      if (members.has(pid)) own += ticks;
      else others += ticks;
    }
    return { at: performance.now(), ...processorTicks(), own, others, available: true };
  } catch {
    // No /proc (macOS, Windows): nothing is known, which the report says.
    return { at: performance.now(), busy: 0, stolen: 0, own: 0, others: 0, available: false };
  }
}

/**
 * @param {LoadReading} before
 * @param {LoadReading} after
 * @returns {ForeignLoad} with NaN as the share where it cannot be read
 */
export function foreignLoad(before, after) {
  if (!before.available || !after.available) return { share: Number.NaN, quiet: false };
  const capacity = ((after.at - before.at) / 1000) * TICKS_PER_SECOND * cpus().length;
  const leftOver = after.busy - before.busy - (after.own - before.own);
  const counted = after.others - before.others + (after.stolen - before.stolen);
  const foreign = Math.max(0, leftOver, counted);
  return { share: foreign / capacity, quiet: foreign <= Math.max(QUIET_SHARE * capacity, TICK_ALLOWANCE) };
}
