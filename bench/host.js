// @ts-check
// The Node process in which one contender runs. Its own, because one peer starts Python on import, another embeds it and
// takes Node along when it crashes, and because no contender shall pay for another's garbage.
import { loadContender } from "./contenders/contender.js";
import { descendants, killAll } from "./processes.js";
import { loadRow } from "./rows/row.js";

/**
 * @typedef {object} Request
 * @property {string} contender
 * @property {import("./contenders/contender.js").Interpreter} python
 * @property {string} row
 */
/** @typedef {{ kind: "loaded" | "result" | "report", sample: import("./rows/row.js").Sample } | { kind: "failed", reason: string }} Answer */

/** @type {import("./contenders/contender.js").Running | undefined} */
let running;

/** @param {Answer} answer */
const answer = (answer) => process.send?.(answer);

process.on("message", async (/** @type {Request} */ request) => {
  try {
    const contender = await loadContender(request.contender);
    const row = await loadRow(request.row);
    const start = () => contender.start(request.python, { parallel: row.parallel ?? 1 });
    if (!row.fresh) running ??= await start();
    const sample = await row.measure({
      contender,
      start,
      ...(row.fresh || running === undefined ? {} : { running }),
      report: (sample) => answer({ kind: "report", sample }),
    });
    answer({ kind: "result", sample });
  } catch (error) {
    answer({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
  }
});
// The run died, interrupted perhaps: so do we, with all that the contender started.
process.on("disconnect", () => {
  killAll(descendants(process.pid));
  process.exit();
});
