// @ts-check
// One workload: every contestant in every block, in another order each time, so that whatever the machine does meanwhile
// meets all alike. The best fixed number is chosen on the odd blocks and everybody is scored on the even ones: chosen and
// scored on the same blocks, the best of twelve noisy numbers would be too good.
import { foreignLoad, readLoad } from "../foreign-load.js";
import { summarise } from "../statistics.js";
import { ADAPTIVE, contestants, FIXED } from "./contestants.js";

/** Below this share of the best, past the best number, is over the cliff. */
const CLIFF = 0.8;

/** @typedef {{ block: number, rate: number, foreign: number, quiet: boolean, overCliff?: number }} Cell */
/**
 * @typedef {object} Outcome
 * @property {string} workload
 * @property {number} best the fixed number chosen on odd blocks
 * @property {Record<string, { share: number, low: number, high: number, blocks: number }>} scores of the best fixed number
 * @property {Record<string, number>} cold share of the best fixed number over the first seconds
 * @property {number} overCliff share of nogil's time, cold start left out
 * @property {number | null} settled seconds until nogil knew the knee
 * @property {number} noise A/A: spread between two runs of one fixed number in the same block
 * @property {number} dropped runs beside foreign load, left out
 * @property {Record<string, number>} curve fixed number → tasks a second
 */

/**
 * @param {{ name: string, file: string }} workload
 * @param {{ python: string, cores: number, blocks: number, seconds: number, coldSeconds: number, onProgress: (text: string) => void }} options
 * @returns {Promise<Outcome>}
 */
export async function evaluate({ name, file }, options) {
  const { all, close } = await contestants(file, options.python, options.cores);
  /** @type {Map<string, Cell[]>} */
  const cells = new Map(all.map((contestant) => [contestant.name, []]));
  /** @type {Record<string, number>} */
  const coldRates = {};
  /** @type {{ limits: [number, number][], block: number }[]} */
  const paths = [];
  /** @type {number[]} */
  const pairs = [];
  let dropped = 0;
  try {
    const again = all.find(
      (contestant) => contestant.name === `fixed: ${Math.max(1, Math.round(options.cores))}`,
    );
    await all[0]?.run(0.2); // the first call imports, opens, compiles
    for (const contestant of all.filter((one) => ADAPTIVE.includes(one.name))) {
      options.onProgress(`${name}: cold start of ${contestant.name}`);
      coldRates[contestant.name] = (await contestant.run(options.coldSeconds)).rate;
    }
    for (let block = 1; block <= options.blocks; block++) {
      options.onProgress(`${name}: block ${block} of ${options.blocks}`);
      const start = (block * 5) % all.length;
      for (const contestant of [...all.slice(start), ...all.slice(0, start)]) {
        const before = readLoad();
        const run = await contestant.run(options.seconds);
        const { share, quiet } = foreignLoad(before, readLoad());
        cells.get(contestant.name)?.push({ block, rate: run.rate, foreign: share, quiet });
        if (!quiet) dropped++;
        if (contestant.name === "nogil") paths.push({ limits: run.limits, block });
      }
      const twin = await again?.run(options.seconds);
      const first = cells.get(again?.name ?? "")?.at(-1);
      if (twin !== undefined && first !== undefined) pairs.push(twin.rate / first.rate);
    }
    const settled = all.find((contestant) => contestant.name === "nogil")?.settled() ?? null;
    return { workload: name, settled, dropped, ...scored(cells, coldRates, paths, pairs) };
  } finally {
    await close();
  }
}

/**
 * @param {Map<string, Cell[]>} cells
 * @param {Record<string, number>} coldRates
 * @param {{ limits: [number, number][] }[]} paths
 * @param {number[]} pairs
 */
function scored(cells, coldRates, paths, pairs) {
  /** @param {string} name @param {0 | 1} odd */
  const rates = (name, odd) => {
    const mine = (cells.get(name) ?? []).filter(({ block }) => block % 2 === odd);
    const quiet = mine.filter((cell) => cell.quiet);
    // Where nothing was quiet the figures are kept all the same: `dropped` says so.
    return (quiet.length > 0 ? quiet : mine).map(({ rate }) => rate);
  };
  const chosen = FIXED.map((limit) => ({ limit, rate: mean(rates(`fixed: ${limit}`, 1)) }));
  const best = chosen.reduce((a, b) => (b.rate > a.rate ? b : a));
  const yardstick = mean(rates(`fixed: ${best.limit}`, 0));
  /** @type {Outcome["scores"]} */
  const scores = {};
  for (const name of cells.keys()) {
    const shares = rates(name, 0).map((rate) => rate / yardstick);
    const error = (1.96 * deviation(shares)) / Math.sqrt(shares.length);
    scores[name] = {
      share: mean(shares),
      low: mean(shares) - error,
      high: mean(shares) + error,
      blocks: shares.length,
    };
  }
  const curve = Object.fromEntries(
    FIXED.map((limit) => [limit, mean([...rates(`fixed: ${limit}`, 0), ...rates(`fixed: ${limit}`, 1)])]),
  );
  return {
    best: best.limit,
    scores,
    cold: Object.fromEntries(Object.entries(coldRates).map(([name, rate]) => [name, rate / yardstick])),
    overCliff: overCliff(
      paths.flatMap(({ limits }) => limits),
      curve,
      best.limit,
    ),
    noise: pairs.length === 0 ? 0 : summarise(pairs.map((ratio) => Math.abs(ratio - 1))).median,
    curve,
  };
}

/**
 * @param {[seconds: number, limit: number][]} limits
 * @param {Record<string, number>} curve
 * @param {number} best
 */
function overCliff(limits, curve, best) {
  const top = curve[best] ?? 0;
  const time = limits.reduce((sum, [seconds]) => sum + seconds, 0);
  const over = limits.filter(([, limit]) => limit > best && rateAt(curve, limit) < CLIFF * top);
  return time > 0 ? over.reduce((sum, [seconds]) => sum + seconds, 0) / time : 0;
}

/**
 * @param {Record<string, number>} curve
 * @param {number} limit
 */
function rateAt(curve, limit) {
  const above = FIXED.find((fixed) => fixed >= limit) ?? limit;
  const below = FIXED.findLast((fixed) => fixed <= limit) ?? limit;
  const part = above === below ? 0 : (limit - below) / (above - below);
  return (curve[below] ?? 0) * (1 - part) + (curve[above] ?? 0) * part;
}

/** @param {readonly number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {readonly number[]} values */
function deviation(values) {
  if (values.length < 2) return Number.NaN;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}
