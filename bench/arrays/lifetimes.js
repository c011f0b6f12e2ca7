// @ts-check
// Shared arrays under random calls with random lifetimes and random kills of workers: at the end nothing may be left.
//   node bench/arrays/lifetimes.js [--calls 100000] [--seed N] [--python FILE]
// Prints what happened and ends with 1 when bytes, descriptors or mappings are left.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createPool } from "../../dist/index.js";

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    python: { type: "string" },
  },
});
const CALLS = Number(values.calls);
if (!Number.isSafeInteger(CALLS) || CALLS < 1)
  throw new Error(`--calls is ${values.calls}, expected 1 or more`);
const AT_ONCE = 32;
const MOST_HELD = 64;
const MOST_NUMBERS = 100_000;
/** Fewer than those after which the pool pauses before it starts workers (5 in 30 s). */
const KILL_EVERY_MS = 7_000;

/** A small generator of random numbers that a seed repeats (xorshift). */
let state = (Number(values.seed) || 1) >>> 0;
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}
const below = (/** @type {number} */ limit) => Math.floor(random() * limit);

const pool = await createPool({
  module: fileURLToPath(new URL("../../tests/pool/python/shared.py", import.meta.url)),
  ...(values.python === undefined ? {} : { python: values.python }),
  workers: 2,
});
await pool.ready();
/** @type {import("../../dist/index.js").Shared[]} */
const held = [];
/** @type {Record<string, number>} */
const failures = {};
const counts = { calls: 0, shared: 0, freed: 0, kills: 0 };
const ORDERS = ["echo", "read", "read", "keep", "forget", "fail"];
const EXPECTED = ["PYTHON_ERROR", "NOT_SENDABLE", "WORKER_CRASHED"];
let lastKill = performance.now();

async function step() {
  if (held.length < 4 || (held.length < MOST_HELD && below(10) === 0)) {
    const size = 1 + below(MOST_NUMBERS);
    held.push(await pool.share(new Int32Array(size).fill(size)));
    counts.shared++;
  }
  let order = ORDERS[below(ORDERS.length)];
  if (performance.now() - lastKill > KILL_EVERY_MS) {
    lastKill = performance.now();
    order = "die";
    counts.kills++;
  }
  const at = below(held.length);
  const array = held[at];
  if (array === undefined) return; // another one has just freed it
  const call = pool.call("settle", [array, order]).then(
    (/** @type {any} */ value) => {
      const isRight =
        order !== "echo"
          ? value === array.byteLength / 4
          : value === array || (array.isFreed && value.length === array.byteLength / 4);
      if (!isRight) throw new Error(`${order} gave ${String(value)}`);
    },
    (error) => {
      if (!EXPECTED.includes(error.code)) throw error;
      failures[error.code] = (failures[error.code] ?? 0) + 1;
    },
  );
  if (below(8) === 0) {
    held.splice(at, 1);
    array.free();
    counts.freed++;
  }
  await call;
}

const run = async () => {
  while (counts.calls < CALLS) {
    counts.calls++;
    await step();
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, run));
for (const array of held) array.free();
await pool.ready();
// Every thread forgets what it kept; a call may meet any of them.
const { workers } = pool.stats();
const mapped = () =>
  workers.filter(({ pid }) => /nogil-shared/.test(readFileSync(`/proc/${pid}/maps`, "utf8"))).length;
for (let round = 0; round < 100 && mapped() > 0; round++)
  await Promise.all(Array.from({ length: 64 }, () => pool.call("forget")));

const left = {
  arrays: pool.stats().shared.arrays,
  bytes: pool.stats().shared.bytes,
  descriptors: readdirSync("/proc/self/fd").filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).includes("nogil-shared");
    } catch {
      return false;
    }
  }).length,
  "workers that still map one": mapped(),
};
console.log(`seed ${values.seed}: ${JSON.stringify({ ...counts, ...failures })}`);
console.log(`left: ${JSON.stringify(left)}`);
await pool.close();
process.exitCode = Object.values(left).some((count) => count > 0) ? 1 : 0;
