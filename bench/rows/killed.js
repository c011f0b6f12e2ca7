// @ts-check
// The Python process is killed while calls are in flight: what do their callers get, and does the next call work?

const IN_FLIGHT = 4;
/** Long enough that none is done when the kill comes, short enough that one run anew ends within PATIENCE_MS. */
const CALL_SECONDS = 0.8;
/** Time for the calls to be in flight before the kill. */
const SETTLE_MS = 300;
/** A caller that has heard nothing by then counts as hanging. */
const PATIENCE_MS = 4_000;

/** @type {import("./row.js").Row} */
export const row = {
  id: "killed",
  title: "Python killed with calls in flight",
  unit: "outcome",
  better: "lower",
  rounds: 1,
  fresh: true,
  timeLimitMs: 20_000,
  async measure({ start, report }) {
    const running = await start();
    const pid = Number(await running.call("process_id", []));
    const calls = Array.from({ length: IN_FLIGHT }, () => settled(running.call("sleep", [CALL_SECONDS])));
    await delay(SETTLE_MS);
    process.kill(pid, "SIGKILL");
    const results = await Promise.all(calls.map((call) => Promise.race([call, delay(PATIENCE_MS, "hangs")])));
    const outcome = tally(results);
    const remark = running.remark?.() ?? "";
    report({ outcome: `${outcome}; next call kills Node`, remark });
    const next = settled(running.call("echo", [1]));
    const after = await Promise.race([next, delay(PATIENCE_MS, "hangs")]);
    // A late crash, as of an error event that nobody listens to, must not be taken for an answer.
    await delay(SETTLE_MS);
    return { outcome: `${outcome}; next call: ${after}`, remark };
  },
};

/**
 * @param {string[]} results
 * @returns {string} "hangs" when all hang, else "1 × error, 3 × result"
 */
function tally(results) {
  const kinds = [...new Set(results)].sort();
  const counts = kinds.map((kind) => `${results.filter((result) => result === kind).length} × ${kind}`);
  return kinds.length === 1 ? (kinds[0] ?? "") : counts.join(", ");
}

/**
 * @param {Promise<unknown>} call
 * @returns {Promise<string>}
 */
function settled(call) {
  return call.then(
    () => "result",
    () => "error",
  );
}

/**
 * @param {number} ms
 * @param {string} [value]
 * @returns {Promise<string>}
 */
function delay(ms, value = "") {
  return new Promise((resolve) => setTimeout(resolve, ms, value));
}
