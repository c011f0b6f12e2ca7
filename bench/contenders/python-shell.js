// @ts-check
// python-shell: a process and its lines. Requests and replies are matched here by order, because the package has no calls.
import { fileURLToPath } from "node:url";

const LOOP = fileURLToPath(new URL("../python/json_lines.py", import.meta.url));

/** @type {import("./contender.js").Contender} */
export const contender = {
  id: "python-shell",
  title: "python-shell",
  kind: "peer",
  package: "python-shell",
  async start(python) {
    const { PythonShell } = await import("python-shell");
    const shell = new PythonShell(LOOP, { mode: "json", pythonPath: python.path });
    /** @type {{ resolve(value: unknown): void, reject(error: unknown): void }[]} */
    const waiting = [];
    let closed = false;
    /** @param {Error} error */
    const fail = (error) => {
      for (const call of waiting.splice(0)) call.reject(error);
    };
    shell.on("message", (reply) => waiting.shift()?.resolve(reply));
    // Every event of the package that carries an error. `close` carries none, also when the process was killed.
    shell.on("error", fail);
    shell.on("pythonError", fail);
    shell.on("close", () => {
      closed = true;
    });
    /** @type {import("./contender.js").Call} */
    const call = (name, args) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        shell.send([name, args]);
      });
    return {
      call,
      async echoFloats(values) {
        // JSON numbers would be larger and slower still.
        const text = await call("echo_base64", [Buffer.from(values.buffer).toString("base64")]);
        const bytes = Buffer.from(/** @type {string} */ (text), "base64");
        return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
      },
      remark: () => (closed ? "only its `close` event fires, without an error" : ""),
      async close() {
        await new Promise((resolve) => shell.end(() => resolve(undefined)));
      },
    };
  },
};
