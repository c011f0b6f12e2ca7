// @ts-check
// Starts python/floor.py with a socketpair as its descriptor 3: no name, no port, end-of-file when either side dies.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const FLOOR = fileURLToPath(new URL("../python/floor.py", import.meta.url));

/**
 * @param {import("./contender.js").Interpreter} python
 * @param {"raw" | "marshal"} mode
 */
export async function startFloor(python, mode) {
  const child = spawn(python.path, [FLOOR, mode], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const channel = /** @type {import("node:net").Socket} */ (child.stdio[3]);
  const [hello] = await once(channel, "data");
  return { child, channel, processId: /** @type {Buffer} */ (hello).readUInt32LE(0) };
}
