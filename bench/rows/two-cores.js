// @ts-check
// Pure Python processor work: how much faster two calls at once are than the same two one after the other, in one
// instance of the contender. 2 is perfect on two processors, 1 is what a GIL leaves.

/** Enough for tens of milliseconds of work, so that waking a thread does not count. */
const STEPS = 500_000;

/** @type {import("./row.js").Row} */
export const row = {
  id: "two-cores",
  title: "pure Python, two calls at once against one after the other",
  unit: "x",
  better: "higher",
  rounds: 5,
  fresh: true,
  parallel: 2,
  timeLimitMs: 30_000,
  async measure({ start }) {
    const { call } = await start();
    const inTurn = async () => {
      await call("count", [STEPS]);
      await call("count", [STEPS]);
    };
    const atOnce = () => Promise.all([call("count", [STEPS]), call("count", [STEPS])]);
    await atOnce();
    // In this order a steady change of the processor's speed cancels out.
    let inTurnMs = await duration(inTurn);
    const atOnceMs = (await duration(atOnce)) + (await duration(atOnce));
    inTurnMs += await duration(inTurn);
    return { value: inTurnMs / atOnceMs, details: { inTurnMs: inTurnMs / 2, atOnceMs: atOnceMs / 2 } };
  },
};

/** @param {() => Promise<unknown>} work */
async function duration(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
