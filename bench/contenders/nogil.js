// @ts-check
// The product, with the profile its `auto` would choose: threads where there is no GIL, processes where there is one.
import { fileURLToPath } from "node:url";

const WORKLOAD = fileURLToPath(new URL("../python/workload.py", import.meta.url));
const ENTRY = new URL("../../dist/index.js", import.meta.url);

/** @type {import("./contender.js").Contender} */
export const contender = {
  id: "nogil",
  title: "nogil",
  kind: "nogil",
  async start(python, { parallel }) {
    const { createPool } = await import(ENTRY.href);
    if (createPool === undefined)
      throw new Error("dist/index.js exports no createPool; build the package first");
    const pool = await createPool({
      module: WORKLOAD,
      python: python.path,
      ...(python.freeThreaded
        ? { profile: "thread", workers: 1, threads: parallel }
        : { profile: "process", workers: parallel, threads: 1 }),
    });
    return {
      call: (name, args) => pool.call(name, args),
      numbers: (count) => pool.stream("numbers", count),
      coroutine: (seconds) => pool.call("nap", [seconds]),
      echoFloats: (values) => pool.call("echo", [values]),
      async hold(length) {
        const numbers = await pool.create("Numbers", length);
        return (index) => numbers.at(index);
      },
      callBack: (f, times) => pool.call("call_back", [f, times]),
      close: () => pool.close(),
    };
  },
};
