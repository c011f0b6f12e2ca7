/** Malformed frames sent to a worker process: it answers with an error or ends, in bounded time and memory. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ReplyKind, RequestKind } from "../../src/wire/index.js";
import { bothBuilds } from "../interpreters.js";
import { call, frame, RawWorker, rawFrame } from "./raw-worker.js";

const MODULE = fileURLToPath(new URL("./functions.py", import.meta.url));
const PROFILES = ["process", "thread"] as const;
/** Above this a worker would have believed a count. A fresh one holds 10 to 30 MiB. */
const MEMORY_MIB = 256;
const ADDRESS_SPACE_KIB = 2 << 20;

const SAMPLE = call(1, "echo", [1, "t", { k: 2.5 }], new Date(0)).subarray(9);

/** Bodies that are no call, each answered with one error. */
const BODIES: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["None", "4e"],
  ["a call cut short", "29037a0465"],
  ["an unknown type code", "ff"],
  ["a name that is a list", "29035b0000000029004e"],
  ["arguments that are None", "29037a046563686f4e4e"],
  ["keywords that are a list", "29037a046563686f29005b00000000"],
  ["bytes of 2**31 - 1", "29037a046563686f290173ffffff7f"],
  ["an int of 2**31 - 1 digits", "29037a046563686f29016cffffff7f"],
  ["a negative count", "29037a046563686f29015b000000ff"],
  ["a reference to nothing", "29037a046563686f290172ffff0000"],
  ["a set of lists", "29037a046563686f29013c010000005b00000000"],
];

describe.each(await bothBuilds())("on $abi", (interpreter) => {
  describe.each(PROFILES)("profile %s", (profile) => {
    const ready = () =>
      RawWorker.ready(interpreter, { profile, module: MODULE, memoryLimit: ADDRESS_SPACE_KIB });

    it("answers every body that is no call with an error, and goes on", async () => {
      const worker = await ready();
      let expected = worker.replies.length;
      for (const [, hex] of BODIES) {
        for (const kind of [0, 0x40, 0x80, 0xc0, 0x3f]) {
          worker.task(rawFrame(Buffer.from(hex, "hex"), { task: ++expected, kind }));
          expect(await worker.reply(expected), worker.stderr).toBe(expected);
          expect(worker.replies.at(-1)).toMatchObject({ task: expected, kind: ReplyKind.ERROR });
        }
      }
      worker.task(call(++expected, "echo", 1));
      expect(await worker.reply(expected)).toBe(expected);
      expect(worker.replies.at(-1)).toMatchObject({ kind: ReplyKind.RESULT });
      expect(worker.peakMemory()).toBeLessThan(MEMORY_MIB);
    });

    it("answers a call cut at every byte", async () => {
      const worker = await ready();
      let expected = worker.replies.length;
      for (let length = 0; length < SAMPLE.length; length++) {
        worker.task(rawFrame(SAMPLE.subarray(0, length), { task: ++expected, kind: 0x40 }));
      }
      expect(await worker.reply(expected)).toBe(expected);
      expect(worker.peakMemory()).toBeLessThan(MEMORY_MIB);
    });

    it.each([2 ** 24 + 1, 2 ** 31, 2 ** 32 - 1])(
      "ends at a task frame of %i bytes, over the limit",
      async (length) => {
        const worker = await ready();
        worker.task(rawFrame(Buffer.alloc(0), { length }));
        expect(await worker.ended).toEqual({ code: 70, signal: null });
        expect(worker.stderr).toContain(`a frame of ${length} bytes is over the limit`);
      },
    );

    it("ends when the host goes away inside a frame", async () => {
      for (const border of [1, 8, 9, 20]) {
        const worker = await ready();
        worker.task(call(1, "echo", "x".repeat(100)).subarray(0, border));
        worker.endTasks();
        expect((await worker.ended).signal).toBeNull();
      }
    });

    it.each([
      ["an unknown kind", frame(60, [0, 1])],
      ["a body that is no value", rawFrame(Buffer.from("ff", "hex"), { kind: RequestKind.RECALL })],
      ["a channel that is not there", frame(RequestKind.CANCEL, [99, 1])],
      ["a value of another shape", frame(RequestKind.INTERRUPT, "x")],
      ["a frame over the limit", rawFrame(Buffer.alloc(0), { kind: RequestKind.PING, length: 2 ** 32 - 1 })],
    ])("ends at %s on the control channel", async (_, bytes) => {
      const worker = await ready();
      worker.control(bytes);
      expect(await worker.ended).toEqual({ code: 70, signal: null });
      expect(worker.stderr).toMatch(/Error/);
    });
  });

  it("answers every flipped bit of a call, or ends, and does not hang", async () => {
    const ready = () =>
      RawWorker.ready(interpreter, { profile: "process", module: MODULE, memoryLimit: ADDRESS_SPACE_KIB });
    let worker = await ready();
    let expected = worker.replies.length;
    for (let byte = 0; byte < SAMPLE.length; byte++) {
      for (let bit = 0; bit < 8; bit++) {
        const body = Buffer.from(SAMPLE);
        body[byte]! ^= 1 << bit;
        // marshal believes the count of a tuple and fills that much memory (docs/protocol.md, "Trust").
        if (body[byte] === 0x28) continue;
        worker.task(rawFrame(body, { task: ++expected, kind: 0x40 }));
        if ((await worker.reply(expected)) === expected) continue;
        await worker.ended;
        worker = await ready();
        expected = worker.replies.length;
      }
    }
    worker.task(call(++expected, "echo", 1));
    expect(await worker.reply(expected)).toBe(expected);
  });

  it("ends when the first frame is no INIT, or none that can be read", async () => {
    for (const bytes of [
      frame(RequestKind.PING, null),
      rawFrame(Buffer.from("ff", "hex"), { kind: RequestKind.INIT }),
      frame(RequestKind.INIT, "x"),
      frame(RequestKind.INIT, {}),
      rawFrame(Buffer.alloc(0), { kind: RequestKind.INIT, length: 2 ** 32 - 1 }),
    ]) {
      const worker = new RawWorker(interpreter);
      worker.control(bytes);
      expect(await worker.ended).toEqual({ code: 1, signal: null });
    }
  });
});
