// @ts-check
// The goals that the figures must meet, each judged on ratios paired by round within one run.
import { loadContender } from "./contenders/contender.js";
import { countedSamples, valuesByRound } from "./counted-samples.js";
import { loadRow, ROWS } from "./rows/row.js";
import { pairedRatios, summarise } from "./statistics.js";

const OWN = "nogil";
const ECHO_RATIO = 1.3;
const SMALL_CALLS_RATIO = 5;
const TWO_CORES_SPEEDUP = 1.9;

/** @typedef {{ goal: string, figure: string, met: boolean, quiet: boolean }} Judgement `quiet`: as countedSamples says */

/**
 * @param {import("./report.js").Result} result
 * @returns {Promise<Judgement[]>} empty when nogil took no part
 */
export async function judgeGoals(result) {
  const judgements = [];
  for (const id of ROWS) judgements.push(...(await judgeAgainstPeers(id, result)));
  judgements.push(
    ...judgeRatio(
      `round trip at most ${ECHO_RATIO}× the bare echo`,
      result,
      "round-trip",
      "floor-raw",
      (ratio) => ratio <= ECHO_RATIO,
    ),
    ...judgeSpeedup(result),
  );
  return judgements;
}

/**
 * @param {string} rowId
 * @param {import("./report.js").Result} result
 * @returns {Promise<Judgement[]>}
 */
async function judgeAgainstPeers(rowId, result) {
  const row = await loadRow(rowId);
  const cells = result.rows[rowId] ?? {};
  if (row.unit === "outcome" || cells[OWN]?.status !== "measured") return [];
  const peer = await bestPeer(row, cells);
  if (peer === undefined) return [];
  const atLeast = rowId === "small-calls" ? SMALL_CALLS_RATIO : 1;
  const goal = `${row.title}: ${atLeast === 1 ? "ahead of" : `${atLeast}×`} the best peer (${peer})`;
  /** @param {number} ratio */
  const met = (ratio) => (row.better === "higher" ? ratio >= atLeast : ratio <= 1 / atLeast);
  return judgeRatio(goal, result, rowId, peer, met);
}

/**
 * @param {import("./rows/row.js").Row} row
 * @param {Record<string, import("./rounds.js").Cell>} cells
 * @returns {Promise<string | undefined>}
 */
async function bestPeer(row, cells) {
  /** @type {{ id: string, median: number } | undefined} */
  let best;
  for (const [id, cell] of Object.entries(cells)) {
    if (cell.status !== "measured" || (await loadContender(id)).kind !== "peer") continue;
    const { median } = summarise([...valuesByRound(cell).values()]);
    if (best === undefined || (row.better === "higher" ? median > best.median : median < best.median))
      best = { id, median };
  }
  return best?.id;
}

/**
 * @param {string} goal
 * @param {import("./report.js").Result} result
 * @param {string} rowId
 * @param {string} other
 * @param {(ratio: number) => boolean} met
 * @returns {Judgement[]}
 */
function judgeRatio(goal, result, rowId, other, met) {
  const own = result.rows[rowId]?.[OWN];
  const others = result.rows[rowId]?.[other];
  if (own?.status !== "measured" || others?.status !== "measured") return [];
  const { median, q1, q3 } = summarise(pairedRatios(valuesByRound(own), valuesByRound(others)));
  return [
    {
      goal,
      figure: `${median.toFixed(2)}× (${q1.toFixed(2)}–${q3.toFixed(2)})`,
      met: met(median),
      quiet: [own, others].every((cell) => countedSamples(cell).quiet),
    },
  ];
}

/**
 * @param {import("./report.js").Result} result
 * @returns {Judgement[]}
 */
function judgeSpeedup(result) {
  const own = result.rows["two-cores"]?.[OWN];
  if (own?.status !== "measured") return [];
  const { median, q1, q3 } = summarise([...valuesByRound(own).values()]);
  return [
    {
      goal: `pure Python on two processors: at least ${TWO_CORES_SPEEDUP}× one`,
      figure: `${median.toFixed(2)}× (${q1.toFixed(2)}–${q3.toFixed(2)})`,
      met: median >= TWO_CORES_SPEEDUP,
      quiet: countedSamples(own).quiet,
    },
  ];
}
