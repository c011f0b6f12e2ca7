// @ts-check
// pythonia: one Python process, started when the package is imported, behind proxies; values that are not primitive stay
// in Python until `valueOf` fetches them.
import { fileURLToPath } from "node:url";

const WORKLOAD = fileURLToPath(new URL("../python/workload.py", import.meta.url));

/** @type {import("./contender.js").Contender} */
export const contender = {
  id: "pythonia",
  title: "pythonia",
  kind: "peer",
  package: "pythonia",
  async start(python) {
    process.env.PYTHON_BIN = python.path;
    const { python: bridge } = await import("pythonia");
    // Its faster mode: no repr() of every object that is returned.
    bridge.setFastMode(true);
    const workload = await bridge(WORKLOAD);
    return {
      call: (name, args) => workload[name](...args),
      async echoValue(value) {
        const resident = await workload.echo(value);
        return resident.valueOf();
      },
      async echoFloats(values) {
        const text = await workload.echo_base64(Buffer.from(values.buffer).toString("base64"));
        const bytes = Buffer.from(text, "base64");
        return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
      },
      async hold(length) {
        const numbers = await workload.Numbers(length);
        return (index) => numbers.at(index);
      },
      callBack: (f, times) => workload.call_back(f, times),
      async *numbers(count) {
        for await (const item of await workload.numbers(count)) yield item;
      },
      async close() {
        bridge.exit();
      },
    };
  },
};
