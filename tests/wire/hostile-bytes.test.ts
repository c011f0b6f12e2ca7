/** Bytes that no correct worker sends: an error or a value, in bounded memory, whatever they are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNogilError, ProtocolError } from "../../src/errors.js";
import { Complex, Tuple } from "../../src/index.js";
import { Decoder, Encoder, FrameReader, HEADER_SIZE, toErrorDetails } from "../../src/wire/index.js";

const LIMIT = 1 << 20;
const HAS_EXTENSIONS = 0x40;
const HAS_ATTACHMENTS = 0x80;

const VALUES: readonly unknown[] = [
  null,
  [1, -1, 2 ** 40, -(2n ** 70n), 0.5, true, false],
  { text: "abc", ключ: "€\ud800", __proto__: null, list: [[], {}, [1, [2, [3]]]] },
  new Map<unknown, unknown>([
    [1, "a"],
    [[1, "x"], new Set([1, 2])],
    [new Complex(1, 2), Buffer.from("bytes")],
  ]),
  new Tuple(1, new Date(1e12), Buffer.from("b")),
  [Buffer.alloc(5000, 1), { more: [Buffer.alloc(4097, 2)] }],
  "x".repeat(300),
];

/** A result as Python would mark it: marshal version 4 with references, and every extension. */
const FROM_PYTHON = [
  // {"a": [x, x, x], "b": ("a", "a")}
  "fbda0161 5b03000000 fa0178 7202000000 7202000000 da0162 a902 7201000000 7201000000 30",
  // {frozenset({1}): {2.5}, 10**20: 1+2j}
  "7b be01000000 6901000000 bc01000000 e70000000000000440 ec05000000 0000640b 316b e07d 5600 79 000000000000f03f0000000000000040 30",
  // [(..., "datetime", "2024-01-01"), (..., "array", "f8", (1,), bytes(8)), (..., "error", {...})]
  `5b03000000 2903 2e fa08 ${hex("datetime")} fa0a ${hex("2024-01-01")} 2905 2e fa05 ${hex("array")} fa02 ${hex("f8")} 2901 6901000000 73 08000000 0000000000000000 ` +
    `2903 2e fa05 ${hex("error")} 7b fa04 ${hex("type")} fa01 58 fa04 ${hex("text")} fa00 fa09 ${hex("traceback")} fa00 fa04 ${hex("args")} 5b00000000 30`,
].map((text) => Buffer.from(text.replaceAll(" ", ""), "hex"));

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

function encoded(value: unknown): Buffer {
  const encoder = new Encoder();
  encoder.frame(7, 0, value, 1 << 30);
  return Buffer.concat(encoder.take());
}

/** Whole frames: those of our own encoder, and Python's. */
function samples(): Buffer[] {
  const python = FROM_PYTHON.map((body) => {
    const header = Buffer.alloc(HEADER_SIZE);
    header.writeUInt32LE(body.length);
    header[8] = HAS_EXTENSIONS;
    return Buffer.concat([header, body]);
  });
  return [...VALUES.map(encoded), ...python];
}

const decoder = new Decoder();

/** Decodes a body: true for a value, false for one of our errors; anything else is a failure of the test. */
function survives(body: Buffer, flags: number): boolean {
  try {
    const value = decoder.decode(body, 0, body.length, flags);
    try {
      toErrorDetails(value);
    } catch (error) {
      if (!isNogilError(error)) throw error;
    }
    return true;
  } catch (error) {
    if (isNogilError(error) && (error.code === "PROTOCOL_ERROR" || error.code === "NOT_SENDABLE"))
      return false;
    throw error;
  }
}

/** Bytes by which the process's heap and buffers grew while `act` ran and held what it made. */
function growth(act: () => void): number {
  const size = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = size();
  act();
  return size() - before;
}

describe("the decoder", () => {
  it("reads the samples as they are", () => {
    for (const frame of samples()) expect(survives(frame.subarray(HEADER_SIZE), frame[8]!)).toBe(true);
  });

  it("survives a body cut at every byte, and never takes it for whole", () => {
    for (const frame of samples()) {
      const body = frame.subarray(HEADER_SIZE);
      const step = Math.max(1, Math.floor(body.length / 2000));
      for (let length = 0; length < body.length; length += step) {
        const isPadding = frame[8]! & HAS_ATTACHMENTS && body.length - length < 8;
        const outcome = survives(body.subarray(0, length), frame[8]!);
        if (!isPadding) expect(outcome).toBe(false);
      }
    }
  });

  it("survives every flipped bit, with every combination of flags", () => {
    for (const frame of samples()) {
      const body = Buffer.from(frame.subarray(HEADER_SIZE));
      for (let byte = 0; byte < Math.min(body.length, 600); byte++) {
        for (let bit = 0; bit < 8; bit++) {
          body[byte]! ^= 1 << bit;
          for (const flags of [0, HAS_EXTENSIONS, HAS_ATTACHMENTS, HAS_EXTENSIONS | HAS_ATTACHMENTS])
            survives(body, flags);
          body[byte]! ^= 1 << bit;
        }
      }
    }
  });

  it("survives random bytes and random mutations", () => {
    const codes = fc.constantFrom(
      ...Buffer.from("zZiIgNTF{[)(rutaAslyxS<>0.c:"),
      ...Buffer.from("zZi{[)(rual<>").map((code) => code | 0x80),
    );
    const byte = fc.oneof(codes, fc.nat(255), fc.constantFrom(0, 1, 2, 3, 0xff, 0x7f, 0x80));
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 400, size: "max" }),
        fc.constantFrom(0, 0x40, 0x80, 0xc0),
        (bytes, flags) => {
          survives(Buffer.from(bytes), flags);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it("refuses counts and lengths that do not fit into the frame, and allocates nothing for them", () => {
    const counts = [0x7fffffff, 0x80000000, 0xffffffff, 1 << 30, 1000];
    const grown = growth(() => {
      for (const code of "[(<>sutaAr") {
        for (const count of counts) {
          const body = Buffer.alloc(40);
          body.write(code, "latin1");
          body.writeUInt32LE(count >>> 0, 1);
          expect(survives(body, 0)).toBe(false);
        }
      }
      expect(survives(Buffer.from("6c00000080", "hex"), 0)).toBe(false);
      expect(survives(Buffer.from("6cffffff7f", "hex"), 0)).toBe(false);
    });
    expect(grown).toBeLessThan(16 << 20);
  });

  it("does not let nested counts multiply: all announced items must find room", () => {
    const size = 1 << 20;
    const body = Buffer.alloc(size, "N");
    for (let depth = 0; depth < 2000; depth++) {
      body.write("[", 5 * depth, "latin1");
      body.writeUInt32LE(size - 5 * (depth + 1), 5 * depth + 1);
    }
    const grown = growth(() => expect(survives(body, 0)).toBe(false));
    expect(grown).toBeLessThan(64 << 20);
  });

  it.each([
    ["[", "01000000"],
    [")", "01"],
    ["(", "01000000"],
    ["{", "4e"],
    ["<", "01000000"],
  ])("refuses nesting without end: %s", (code, count) => {
    const level = Buffer.concat([Buffer.from(code, "latin1"), Buffer.from(count, "hex")]);
    for (const levels of [2_200, 100_000])
      expect(survives(Buffer.alloc(level.length * levels, level), 0)).toBe(false);
  });

  it("reads a thousand levels and refuses one more", () => {
    for (const [open, close] of [
      ["5b01000000", ""],
      ["2901", ""],
      ["7bfa016b", "30"],
    ] as const) {
      const nested = (levels: number) =>
        Buffer.from(`${open.repeat(levels)}4e${close.repeat(levels)}`, "hex");
      expect(survives(nested(1000), 0)).toBe(true);
      expect(() => decoder.decode(nested(1001), 0, nested(1001).length, 0)).toThrow(
        "nested deeper than 1000 levels",
      );
    }
  });

  it("refuses what JavaScript cannot hold: texts, ints and maps past its limits", () => {
    const sized = (code: string, size: number, total: number) => {
      const body = Buffer.alloc(5 + total, 0x61);
      body.write(code, "latin1");
      body.writeInt32LE(size, 1);
      return body;
    };
    for (const body of [
      sized("a", 2 ** 29, 2 ** 29),
      sized("u", 2 ** 29, 2 ** 29),
      sized("l", 2 ** 27, 2 ** 28),
    ]) {
      expect(() => decoder.decode(body, 0, body.length, 0)).toThrow(/^result: JavaScript cannot hold it/);
    }
  });

  it("knows a cycle, and a reference to nothing", () => {
    expect(() =>
      decoder.decode(Buffer.from("db0100000072 00000000".replace(" ", ""), "hex"), 0, 10, 0),
    ).toThrow("result: the value contains itself");
    expect(() => decoder.decode(Buffer.from("5b010000007205000000", "hex"), 0, 10, 0)).toThrow(
      "reference 5 to nothing",
    );
  });

  it("takes a tuple that begins with Ellipsis for an extension only where the frame says so", () => {
    const body = Buffer.from(`29022efa03${hex("foo")}`, "hex");
    expect(decoder.decode(body, 0, body.length, 0)).toEqual([null, "foo"]);
    expect(() => decoder.decode(body, 0, body.length, HAS_EXTENSIONS)).toThrow(/unknown extension foo/);
  });
});

describe("the frame reader", () => {
  const stream = Buffer.concat(samples());
  const count = samples().length;

  function read(chunks: readonly Buffer[], limit = LIMIT): Buffer[] {
    const bodies: Buffer[] = [];
    const reader = new FrameReader(limit, (_task, _kind, _flags, bytes, start, end) => {
      bodies.push(Buffer.from(bytes.subarray(start, end)));
    });
    for (const chunk of chunks) reader.push(chunk);
    return bodies;
  }

  it("delivers the same frames wherever the chunks end", () => {
    const whole = read([stream]);
    expect(whole).toHaveLength(count);
    const expected = Buffer.concat(whole);
    for (let border = 1; border < stream.length; border += 1 + Math.floor(border / 2000)) {
      expect(
        Buffer.concat(read([stream.subarray(0, border), stream.subarray(border)])).equals(expected),
      ).toBe(true);
    }
    const bytewise = Array.from(stream, (_, i) => stream.subarray(i, i + 1));
    expect(Buffer.concat(read(bytewise)).equals(expected)).toBe(true);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (sizes) => {
        const chunks: Buffer[] = [];
        for (let position = 0, i = 0; position < stream.length; i++) {
          const size = sizes[i % sizes.length]!;
          chunks.push(stream.subarray(position, position + size));
          position += size;
        }
        expect(Buffer.concat(read(chunks)).equals(expected)).toBe(true);
      }),
    );
  });

  it("refuses a length over the limit before it allocates, also when the header comes in pieces", () => {
    for (const length of [LIMIT + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
      const header = Buffer.alloc(HEADER_SIZE);
      header.writeUInt32LE(length);
      const grown = growth(() => {
        expect(() => read([header])).toThrow(ProtocolError);
        for (let border = 1; border < HEADER_SIZE; border++) {
          expect(() => read([header.subarray(0, border), header.subarray(border)])).toThrow(/over the limit/);
        }
      });
      expect(grown).toBeLessThan(8 << 20);
    }
  });

  it("survives any bytes: frames, or an error", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }), (chunks) => {
        try {
          read(
            chunks.map((chunk) => Buffer.from(chunk)),
            4096,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
