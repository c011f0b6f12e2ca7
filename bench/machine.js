// @ts-check
// What the figures were measured on. Neither host names nor paths: the results are published.
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { CONTENDERS, loadContender } from "./contenders/contender.js";

/**
 * @typedef {object} Machine
 * @property {string} processor
 * @property {number} processors
 * @property {string} kernel
 * @property {number} memoryGB
 * @property {string} node
 * @property {number} loadAverage of the minute before the run
 */

/** @returns {Machine} */
export function describeMachine() {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    processors: cpus().length,
    kernel: `${type()} ${release()}`,
    memoryGB: Math.round(totalmem() / 1e9),
    node: process.version,
    loadAverage: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** @returns {Promise<Record<string, string>>} contender → version of its package, as installed */
export async function contenderVersions() {
  /** @type {Record<string, string>} */
  const versions = { nogil: packageVersion("../package.json") };
  for (const id of CONTENDERS) {
    const { package: name } = await loadContender(id);
    if (name !== undefined) versions[id] = packageVersion(`./node_modules/${name}/package.json`);
  }
  return versions;
}

/** @param {string} path relative to this folder */
function packageVersion(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")).version;
  } catch {
    return "not installed";
  }
}
