// @ts-check
// Prints how the controller and its rivals do in simulation over the measured curves.
import { Controller } from "../../dist/concurrency/index.js";
import { RIVALS } from "./rivals/rival.js";
import { curves, score, simulate } from "./simulator.js";

const SEEDS = [1, 2, 3, 4, 5];

/** @type {Record<string, (bounds: { most: number, cores: number }) => import("./rivals/rival.js").Rival>} */
const contestants = { nogil: (bounds) => new Controller({ ...bounds, start: bounds.cores }), ...RIVALS };
const verbose = process.argv.includes("--verbose");

for (const kind of /** @type {const} */ (["free-threaded", "gil"])) {
  const measured = curves(kind);
  console.log(`${kind}, ${measured.length} curves: share of the best fixed limit from the 10th second on`);
  for (const [name, create] of Object.entries(contestants)) {
    const rows = measured.map((curve) => {
      const scores = SEEDS.map((seed) => score(simulate(create, curve, { seed }), curve));
      return {
        name: curve.name,
        steady: median(scores.map(({ steady }) => steady)),
        first: median(scores.map(({ first }) => first)),
        over: median(scores.map(({ overCliff }) => overCliff)),
        limit: median(scores.map(({ limit }) => limit)),
      };
    });
    rows.sort((a, b) => a.steady - b.steady);
    const mean = (/** @type {"steady" | "first" | "over"} */ key) =>
      rows.reduce((sum, row) => sum + row[key], 0) / rows.length;
    const worst = rows[0];
    console.log(
      `${name.padEnd(20)} worst ${worst?.steady.toFixed(2)} (${worst?.name}), ` +
        `${rows.filter(({ steady }) => steady >= 0.95).length}/${rows.length} at 0.95 or more, ` +
        `mean ${mean("steady").toFixed(3)}, over the cliff ${(mean("over") * 100).toFixed(1)} %, ` +
        `first 10 s ${mean("first").toFixed(3)}`,
    );
    if (!verbose) continue;
    for (const row of rows.slice(0, 8)) {
      console.log(`    ${row.name.padEnd(20)} ${row.steady.toFixed(3)} at ${row.limit.toFixed(1)}`);
    }
  }
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
