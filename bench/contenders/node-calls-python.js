// @ts-check
// node-calls-python: Python inside the Node process, calls on libuv's threads. The asynchronous calls are measured; the
// synchronous ones are faster and block the event loop.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { buildFolder, buildProblem } from "../peers.js";

const WORKLOAD = fileURLToPath(new URL("../python/workload.py", import.meta.url));

/** @type {import("./contender.js").Contender} */
export const contender = {
  id: "node-calls-python",
  title: "node-calls-python (in process)",
  kind: "peer",
  package: "node-calls-python",
  unavailable: buildProblem,
  async start(python) {
    // It asks the first python3-config and python3 of PATH where Python is.
    process.env.PATH = `${dirname(python.path)}:${process.env.PATH}`;
    const { interpreter } = createRequire(`${buildFolder(python)}/package.json`)("node-calls-python");
    const module = await interpreter.import(WORKLOAD);
    return {
      call: (name, args) => interpreter.call(module, name, ...args),
      async echoFloats(values) {
        return new Float64Array(await interpreter.call(module, "echo", values));
      },
      async hold(length) {
        const numbers = await interpreter.create(module, "Numbers", length);
        return (index) => interpreter.call(numbers, "at", index);
      },
      async close() {},
    };
  },
};
