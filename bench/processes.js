// @ts-check
// The machine's processes as /proc lists them, and the ones below a given one.
import { readdirSync, readFileSync } from "node:fs";

/** @returns {Map<number, { parent: number, ticks: number }>} every process, with its time and that of its reaped children */
export function processes() {
  const found = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, "utf8");
      // The command name may hold spaces and parentheses, so fields are counted from the last parenthesis.
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
      found.set(Number(name), { parent: Number(fields[1]), ticks });
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  return found;
}

/**
 * @param {number} root
 * @param {ReadonlyMap<number, { parent: number }>} all
 * @returns {number[]} `root` and its descendants, parents before children
 */
export function familyOf(root, all) {
  const members = [root];
  for (const member of members) for (const [pid, { parent }] of all) if (parent === member) members.push(pid);
  return members;
}

/**
 * @param {number} root
 * @returns {number[]} none where there is no /proc
 */
export function descendants(root) {
  try {
    return familyOf(root, processes()).slice(1);
  } catch {
    return [];
  }
}

/** @param {readonly number[]} pids */
export function killAll(pids) {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended with its parent.
    }
  }
}

/**
 * @param {number} pid
 * @returns {boolean} false for a zombie too: it runs no more, whether or not its new parent has noticed
 */
export function isRunning(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !"ZX".includes(text.charAt(text.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
