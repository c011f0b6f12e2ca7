// @ts-check
// 100 MB of float64 to Python and back, each contender by its own best way, checked byte for byte.
import { warm } from "./row.js";

const BYTES = 100_000_000;

/** @type {Float64Array<ArrayBuffer> | undefined} */
let values;

/** @type {import("./row.js").Row} */
export const row = {
  id: "large-array",
  title: "echo of 100 MB of float64",
  unit: "ms",
  better: "lower",
  rounds: 3,
  timeLimitMs: 30_000,
  async measure(context) {
    const running = warm(context);
    if (running.echoFloats === undefined) throw new Error("the contender has no way with arrays");
    values ??= new Float64Array(BYTES / 8).map((_, index) => Math.sqrt(index));
    const begin = performance.now();
    const echoed = await running.echoFloats(values);
    const value = performance.now() - begin;
    if (Buffer.compare(bytesOf(values), bytesOf(echoed)) !== 0)
      throw new Error("the array came back changed");
    return { value };
  },
};

/** @param {Float64Array} array */
function bytesOf(array) {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
