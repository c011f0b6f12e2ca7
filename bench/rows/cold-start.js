// @ts-check
// From nothing to the first result in a running Node: import of the package, start of Python, first call.

/** @type {import("./row.js").Row} */
export const row = {
  id: "cold-start",
  title: "cold start to the first result",
  unit: "ms",
  better: "lower",
  rounds: 7,
  fresh: true,
  timeLimitMs: 20_000,
  async measure({ start }) {
    const begin = performance.now();
    const running = await start();
    await running.call("echo", [1]);
    return { value: performance.now() - begin };
  },
};
