// @ts-check
// The sidecar that needs no package: http.server on loopback, called with fetch.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const SERVER = fileURLToPath(new URL("../python/http_calls.py", import.meta.url));

/** @type {import("./contender.js").Contender} */
export const contender = {
  id: "http-server",
  title: "http.server + fetch",
  kind: "peer",
  async start(python) {
    const child = spawn(python.path, [SERVER], { stdio: ["ignore", "pipe", "inherit"] });
    const [port] = await once(/** @type {import("node:stream").Readable} */ (child.stdout), "data");
    const origin = `http://127.0.0.1:${String(port).trim()}`;
    return {
      async call(name, args) {
        const response = await fetch(`${origin}/${name}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(args),
        });
        return response.json();
      },
      async echoFloats(values) {
        const response = await fetch(`${origin}/echo`, {
          method: "POST",
          headers: { "content-type": "application/octet-stream" },
          body: /** @type {Float64Array<ArrayBuffer>} */ (values),
        });
        return new Float64Array(await response.arrayBuffer());
      },
      async close() {
        child.kill();
        await once(child, "exit");
      },
    };
  },
};
