// @ts-check
// Pure Python processor work: how much faster two calls at once are than the same two one after the other, in one
// instance of the contender. 2 is perfect on two processors, 1 is what a GIL leaves.

/** Enough for about 150 ms of work, so that starting and waking threads does not count. */
const STEPS = 2_000_000;
const PAIRS = 2;

/** @type {import("./row.js").Row} */
export const row = {
  id: "two-cores",
  title: "pure Python, two calls at once against one",
  unit: "x",
  better: "higher",
  rounds: 5,
  fresh: true,
  parallel: 2,
  timeLimitMs: 30_000,
  async measure({ start }) {
    const { call } = await start();
    const one = () => call("count", [STEPS]);
    const two = () => Promise.all([one(), one()]);
    await two();
    let oneMs = 0;
    let twoMs = 0;
    for (let pair = 0; pair < PAIRS; pair++) {
      oneMs += await duration(one);
      twoMs += await duration(two);
    }
    return { value: (2 * oneMs) / twoMs, details: { oneCallMs: oneMs / PAIRS, twoCallsMs: twoMs / PAIRS } };
  },
};

/** @param {() => Promise<unknown>} work */
async function duration(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
