// @ts-check
// The floor: 12 bytes through a socketpair and back, nothing decoded in Python.
import { startFloor } from "./floor.js";

const FRAME_BYTES = 12;

/** @type {import("./contender.js").Contender} */
export const contender = {
  id: "floor-raw",
  title: "bare echo",
  kind: "floor",
  rows: ["round-trip", "small-calls", "value", "large-array", "cold-start", "memory"],
  async start(python) {
    const { child, channel, processId } = await startFloor(python, "raw");
    /** @type {((value: number) => void)[]} */
    const waiting = [];
    /** @type {Buffer} */
    let rest = Buffer.alloc(0);
    /** @param {Buffer} chunk */
    const readFrames = (chunk) => {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let position = 0;
      for (; data.length - position >= FRAME_BYTES; position += FRAME_BYTES) {
        waiting.shift()?.(data.readUInt32LE(position + 8));
      }
      rest = data.subarray(position);
    };
    channel.on("data", readFrames);
    /**
     * Sends bytes and collects as many.
     * @param {Uint8Array} bytes
     * @returns {Promise<Buffer>}
     */
    const echoBytes = (bytes) =>
      new Promise((resolve) => {
        const reply = Buffer.allocUnsafe(bytes.byteLength);
        let received = 0;
        /** @param {Buffer} chunk */
        const collect = (chunk) => {
          received += chunk.copy(reply, received);
          if (received < reply.length) return;
          channel.off("data", collect);
          channel.on("data", readFrames);
          resolve(reply);
        };
        channel.off("data", readFrames);
        channel.on("data", collect);
        channel.write(bytes);
      });
    return {
      call(name, args) {
        if (name === "process_id") return Promise.resolve(processId);
        const frame = Buffer.allocUnsafe(FRAME_BYTES);
        frame.writeUInt32LE(4, 0);
        frame.writeUInt32LE(0, 4);
        frame.writeUInt32LE(Number(args[0]), 8);
        return new Promise((resolve) => {
          waiting.push(resolve);
          channel.write(frame);
        });
      },
      async echoValue(value) {
        return JSON.parse((await echoBytes(Buffer.from(JSON.stringify(value)))).toString());
      },
      async echoFloats(values) {
        return new Float64Array((await echoBytes(new Uint8Array(values.buffer))).buffer);
      },
      async close() {
        channel.destroy();
        child.kill();
      },
    };
  },
};
