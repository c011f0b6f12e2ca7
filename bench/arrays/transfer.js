// @ts-check
// What it costs to get structures and arrays to Python and back, beside an empty call of the same round.
//   node bench/arrays/transfer.js [--python FILE] [--rounds 5] [--json]
// Rows take turns in every round; medians and quartiles over the rounds, in microseconds a call.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createPool } from "../../dist/index.js";

const { values } = parseArgs({
  options: {
    python: { type: "string" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});
const ROUNDS = Number(values.rounds);
if (!Number.isSafeInteger(ROUNDS) || ROUNDS < 1)
  throw new Error(`--rounds is ${values.rounds}, expected 1 or more`);
/** Milliseconds a row is repeated in each round, at least once. */
const ROW_MS = 200;

/** @param {number} bytes of JSON, about */
function structure(bytes) {
  const rows = [];
  for (let size = 0; size < bytes; size += 64)
    rows.push({ id: size, name: `row ${size}`, score: size / 7, ok: true });
  return rows;
}

const pool = await createPool({
  module: fileURLToPath(new URL("transfer.py", import.meta.url)),
  ...(values.python === undefined ? {} : { python: values.python }),
  workers: 1,
  threads: 1,
});
const [small, large] = [new Float64Array(1_000_000), new Float64Array(12_500_000)];
const shared = { small: await pool.share(small), large: await pool.share(large) };
await pool.call("keep", [large]);
const [kilobyte, megabyte] = [structure(1_000), structure(1_000_000)];

/** @type {Record<string, () => Promise<unknown>>} */
const rows = {
  "empty call": () => pool.call("take", [[]]),
  "structure of 1 KB, there and back": () => pool.call("echo", [kilobyte]),
  "structure of 1 MB, there and back": () => pool.call("echo", [megabyte]),
  "8 MB to Python": () => pool.call("take", [small]),
  "8 MB from Python": () => pool.call("make", [8_000_000]),
  "8 MB there and back": () => pool.call("echo", [small]),
  "8 MB shared": () => pool.call("take", [shared.small]),
  "8 MB shared, there and back": () => pool.call("echo", [shared.small]),
  "100 MB to Python": () => pool.call("take", [large]),
  "100 MB from Python": () => pool.call("make", [100_000_000]),
  "100 MB there and back": () => pool.call("echo", [large]),
  "100 MB shared": () => pool.call("take", [shared.large]),
  "100 MB shared, there and back": () => pool.call("echo", [shared.large]),
  "100 MB resident in Python": () => pool.call("use_resident"),
};

/** @type {Record<string, number[]>} */
const measured = Object.fromEntries(Object.keys(rows).map((name) => [name, []]));
for (const call of Object.values(rows)) await call(); // pages and code are there from now on
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, call] of Object.entries(rows)) {
    const begin = performance.now();
    let calls = 0;
    do {
      await call();
      calls++;
    } while (performance.now() - begin < ROW_MS);
    measured[name]?.push(((performance.now() - begin) / calls) * 1e3);
  }
}
await pool.close();

const quantile = (/** @type {number[]} */ sorted, /** @type {number} */ q) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
const results = Object.entries(measured).map(([name, times]) => {
  const sorted = times.toSorted((left, right) => left - right);
  const ratios = times.map((time, i) => time / (measured["empty call"]?.[i] ?? Number.NaN));
  return {
    row: name,
    microseconds: quantile(sorted, 0.5),
    quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)],
    emptyCalls: quantile(
      ratios.toSorted((left, right) => left - right),
      0.5,
    ),
  };
});
if (values.json) console.log(JSON.stringify(results, null, 2));
else {
  console.log("| row | µs a call (quartiles) | empty calls |\n|---|---|---|");
  for (const { row, microseconds, quartiles, emptyCalls } of results)
    console.log(
      `| ${row} | ${microseconds.toFixed(0)} (${quartiles.map((q) => q.toFixed(0)).join("–")}) | ${emptyCalls.toFixed(1)} |`,
    );
}
