// @ts-check
// The floor with Python's share of a real call: marshal.loads of the argument, marshal.dumps of the result. JavaScript
// encodes and decodes small integers only; the 1 KB value is one prepared block, so that row shows Python's half.
import { execFileSync } from "node:child_process";
import { startFloor } from "./floor.js";

const HEAD_BYTES = 8;
/** marshal's type code of a 32-bit integer. */
const TYPE_INT = 0x69;
const DUMP = "import json, marshal, sys; sys.stdout.buffer.write(marshal.dumps(json.load(sys.stdin), 2))";

/** @type {import("./contender.js").Contender} */
export const contender = {
  id: "floor-marshal",
  title: "bare echo, marshal",
  kind: "floor",
  rows: ["round-trip", "small-calls", "value"],
  async start(python) {
    const { child, channel, processId } = await startFloor(python, "marshal");
    /** @type {((body: Buffer) => void)[]} */
    const waiting = [];
    /** @type {Buffer} */
    let rest = Buffer.alloc(0);
    channel.on("data", (chunk) => {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let position = 0;
      while (data.length - position >= HEAD_BYTES) {
        const end = position + HEAD_BYTES + data.readUInt32LE(position);
        if (data.length < end) break;
        waiting.shift()?.(data.subarray(position + HEAD_BYTES, end));
        position = end;
      }
      rest = data.subarray(position);
    });
    /** @param {Buffer} body */
    const send = (body) => {
      const frame = Buffer.allocUnsafe(HEAD_BYTES + body.length);
      frame.writeUInt32LE(body.length, 0);
      frame.writeUInt32LE(0, 4);
      frame.set(body, HEAD_BYTES);
      return /** @type {Promise<Buffer>} */ (
        new Promise((resolve) => {
          waiting.push(resolve);
          channel.write(frame);
        })
      );
    };
    /** @type {WeakMap<object, Buffer>} */
    const prepared = new WeakMap();
    return {
      async call(name, args) {
        if (name === "process_id") return processId;
        const body = Buffer.allocUnsafe(5);
        body[0] = TYPE_INT;
        body.writeInt32LE(Number(args[0]), 1);
        const reply = await send(body);
        return reply[0] === TYPE_INT ? reply.readInt32LE(1) : Number.NaN;
      },
      async echoValue(value) {
        const body =
          prepared.get(value) ?? execFileSync(python.path, ["-c", DUMP], { input: JSON.stringify(value) });
        prepared.set(value, body);
        const reply = await send(body);
        return reply.length === body.length ? value : reply;
      },
      async close() {
        channel.destroy();
        child.kill();
      },
    };
  },
};
