/** Types beyond JSON: what each becomes on the other side, row by row of docs/types.md. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { NdArray, PythonError } from "../../src/index.js";
import { allInterpreters, bothBuilds } from "../interpreters.js";
import { poolOn } from "./echo-pool.js";

const EXPECTED: Readonly<Record<string, unknown>> = {
  naive: new Date(2024, 1, 29, 23, 59, 58, 123),
  aware: new Date("2024-02-29T23:59:58.999Z"),
  west: new Date("2024-01-01T03:30:00Z"),
  "odd offset": new Date("1890-01-01T11:06:32.500Z"),
  "year 1": new Date("0001-01-01T00:00:00Z"),
  "year 9999": new Date("9999-12-31T23:59:59.999Z"),
  date: "2024-02-29",
  time: "01:02:03.000004+00:00",
  timedelta: -86_399_998.5,
  decimal: "1.10",
  fraction: "1/3",
  uuid: "00000000-0000-0000-0000-000000000005",
  path: "/a/b",
  fspath: "/some/where",
  enum: "red",
  "int enum": 3,
  "str enum": "one",
  flag: 3,
  dataclass: { x: 1, when: "2024-01-02" },
  "slots dataclass": { name: "s", parts: [1, [2]] },
  "named tuple": { left: 1, right: "2024-01-02" },
  deque: [1, 2],
  "ordered dict": { b: 1, a: 2 },
  "default dict": { a: [1] },
  counter: { a: 2, b: 1 },
  "mapping proxy": { a: 1 },
  range: [0, 2, 4],
  "dict views": [["a"], [1], [["a", 1]]],
  "str subclass": "plain",
  "int subclass": 5,
  "float subclass": 0.5,
  "list subclass": [1],
  pydantic: { name: "m", at: "2024-01-02" },
  ellipsis: [null, [null, 1], [null, "bytes", Buffer.from("x")], [null, "datetime", "2024"]],
  bytearray: Buffer.from("ab"),
  memoryview: Buffer.from("abc"),
  "memoryview of ints": Int32Array.of(1, -2, 3),
  "strided memoryview": Int32Array.of(1, 3),
  "memoryview with shape": new NdArray(Uint8Array.of(0, 1, 2, 3, 4, 5), [2, 3]),
  "memoryview of int8": Int8Array.of(-1),
  "frozen set of dates": new Set([new Set(["2024-01-02"])]),
  "named tuple as key": new Map<unknown, string>([
    [[1, 2], "pair"],
    [["2024-01-02", 1], "date"],
  ]),
  "numbers as keys": new Map<unknown, unknown>([
    [1, "a"],
    ["b", 2],
    [null, 3],
  ]),
};

describe.each(await allInterpreters())("a result on $abi", (interpreter) => {
  const pool = poolOn(interpreter, "./types.py");

  it.each(Object.keys(EXPECTED))("of the type: %s", async (name) => {
    const expected = EXPECTED[name];
    expect(await pool().call("make", [name])).toStrictEqual(expected);
    // In a list marshal comes first and must not flatten it.
    expect(await pool().call("make_in_list", [name])).toStrictEqual([expected, expected]);
  });

  it("of every kind of array.array", async () => {
    const long = BigInt64Array.of(0n, 1n, 100n);
    expect(await pool().call("arrays")).toStrictEqual({
      b: Int8Array.of(0, 1, 100),
      B: Uint8Array.of(0, 1, 100),
      h: Int16Array.of(0, 1, 100),
      H: Uint16Array.of(0, 1, 100),
      i: Int32Array.of(0, 1, 100),
      I: Uint32Array.of(0, 1, 100),
      l: process.platform === "win32" ? Int32Array.of(0, 1, 100) : long,
      L: process.platform === "win32" ? Uint32Array.of(0, 1, 100) : BigUint64Array.of(0n, 1n, 100n),
      q: long,
      Q: BigUint64Array.of(0n, 1n, 100n),
      f: Float32Array.of(0, 1, 100),
      d: Float64Array.of(0, 1, 100),
      u: "text",
      empty: new Float64Array(),
      large: BigInt64Array.from({ length: 1000 }, (_, i) => BigInt(i - 500)),
    });
  });

  it("that is an exception arrives as one, with its cause", async () => {
    const [error, { again }] = await pool().call<[PythonError, { again: PythonError }]>("exception_value");
    expect(error).toBeInstanceOf(PythonError);
    expect(error).toMatchObject({
      type: "ValueError",
      args: ["outer", "2024-01-02", [1]],
      cause: { type: "KeyError", args: ["inner"] },
    });
    expect(error.traceback).toMatch(/KeyError: 'inner'.*direct cause.*ValueError/s);
    expect(again.type).toBe("ValueError");
  });
});

const ARRAYS: readonly (readonly [ArrayBufferView, string])[] = [
  [Int8Array.of(1, -1), "b"],
  [Uint8ClampedArray.of(1, 255), "B"],
  [Int16Array.of(1, -1), "h"],
  [Uint16Array.of(1, 65535), "H"],
  [Int32Array.of(1, -1), "i"],
  [Uint32Array.of(1, 2 ** 32 - 1), "I"],
  [BigInt64Array.of(1n, -1n), "q"],
  [BigUint64Array.of(1n, 2n ** 64n - 1n), "Q"],
  [Float32Array.of(1, -0.5), "f"],
  [Float64Array.of(1, Number.NaN), "d"],
];

describe.each(await bothBuilds())("an argument on $abi", (interpreter) => {
  const pool = poolOn(interpreter, "./types.py");

  it.each(ARRAYS)("%o is a memoryview that can be written to, at every size", async (array, format) => {
    const type = array.constructor as new (buffer: ArrayBufferLike) => ArrayBufferView;
    const bytes = Buffer.from(array.buffer);
    const size = bytes.length / 2;
    expect(await pool().call("read", [array])).toEqual([
      "memoryview",
      format,
      [2],
      bytes.toString("hex"),
      false,
    ]);
    const empty = new type(new ArrayBuffer(0));
    expect(await pool().call("read", [empty])).toEqual(["memoryview", format, [0], "", false]);
    const large = Buffer.alloc(size * 10_000, 7);
    const hash = createHash("sha256").update(large).digest("hex");
    const view = new type(new Uint8Array(large).buffer);
    expect(await pool().call("read", [view])).toEqual(["memoryview", format, [10_000], hash, false]);
    if (!(array instanceof Uint8ClampedArray)) {
      expect(isDeepStrictEqual(await pool().call("echo", [array]), array)).toBe(true);
      expect(isDeepStrictEqual(await pool().call("echo", [view]), view)).toBe(true);
    }
  });

  it("that is a view of part of a buffer sends that part", async () => {
    const numbers = Float64Array.from({ length: 2000 }, (_, i) => i);
    for (const part of [numbers.subarray(3, 7), numbers.subarray(1, 1500)]) {
      expect(isDeepStrictEqual(await pool().call("echo", [part]), part.slice())).toBe(true);
    }
    const unaligned = Buffer.from(numbers.buffer, 1, 5000);
    expect(await pool().call("echo", [unaligned])).toStrictEqual(Buffer.from(unaligned));
    const view = new DataView(numbers.buffer, 8, 16);
    expect(
      isDeepStrictEqual(await pool().call("echo", [view]), Buffer.from(numbers.buffer.slice(8, 24))),
    ).toBe(true);
    const shared = new Int32Array(new SharedArrayBuffer(8000)).fill(5);
    expect(isDeepStrictEqual(await pool().call("echo", [shared]), new Int32Array(2000).fill(5))).toBe(true);
    expect(await pool().call("echo", [Buffer.from("x").buffer.slice(0, 1)])).toHaveLength(1);
  });

  it("with a shape keeps it", async () => {
    const matrix = new NdArray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    expect(await pool().call("read", [matrix])).toEqual([
      "memoryview",
      "d",
      [2, 3],
      Buffer.from(matrix.data.buffer).toString("hex"),
      false,
    ]);
    for (const array of [
      matrix,
      new NdArray(new Uint8Array(10_000), [10, 10, 100]),
      new NdArray(Float32Array.of(5), []),
    ]) {
      expect(isDeepStrictEqual(await pool().call("echo", [array]), array)).toBe(true);
    }
  });

  it.each([0, 1, 255, 256, 4095, 4096, 65_535, 65_536, 1 << 20, 30_000_000])(
    "of %i bytes travels both ways",
    async (size) => {
      const pattern = Uint8Array.from({ length: 256 }, (_, i) => i);
      const bytes = Buffer.alloc(size, pattern);
      const equal = (other: unknown) => Buffer.isBuffer(other) && bytes.equals(other);
      expect(equal(await pool().call("echo", [bytes]))).toBe(true);
      expect(equal(await pool().call("blob", [size]))).toBe(true);
      const [first, second] = await pool().call<unknown[]>("echo", [[bytes, Buffer.from("small"), bytes]]);
      expect(equal(first)).toBe(true);
      expect(second).toEqual(Buffer.from("small"));
    },
  );

  it("large and small, several of them in one call, stay apart", async () => {
    const first = Float64Array.from({ length: 1001 }, (_, i) => i);
    const second = Buffer.alloc(70_001, 3);
    const nested = {
      deep: [new Uint16Array(4097).fill(9), "text", { at: new Date(1e12) }],
      tiny: Int8Array.of(1),
    };
    const result = await pool().call("mixed", [1.5, first, "näme", second, nested]);
    const expected = {
      small: 1.5,
      sum: 500_500,
      name: "näme",
      length: 70_001,
      nested,
      back: [first, second],
    };
    expect(isDeepStrictEqual(result, expected)).toBe(true);
    const calls = Array.from({ length: 200 }, (_, i) =>
      pool().call("echo", [i % 3 === 0 ? first : i % 3 === 1 ? second : i]),
    );
    const results = await Promise.all(calls);
    results.forEach((value, i) => {
      expect(isDeepStrictEqual(value, i % 3 === 0 ? first : i % 3 === 1 ? second : i)).toBe(true);
    });
  });

  it("that is a Date is an aware datetime to the millisecond, in all years that Python has", async () => {
    for (const text of [
      "0001-01-01T00:00:00.000",
      "1969-12-31T23:59:59.999",
      "2024-02-29T12:00:00.001",
      "5265-10-31T05:08:13.407",
      "9999-12-31T23:59:59.999",
    ]) {
      const date = new Date(`${text}Z`);
      const isoformat = await pool().call<string>("datetime_of", [date]);
      expect(isoformat).toBe(`${text.replace(/\.000$/, "")}${text.endsWith(".000") ? "" : "000"}+00:00`);
      expect(await pool().call("echo", [date])).toEqual(date);
    }
  });
});

describe.each(await bothBuilds())('with dates: "iso" on $abi', (interpreter) => {
  const pool = poolOn(interpreter, "./types.py", { dates: "iso" });

  it("a datetime keeps its microseconds and its offset", async () => {
    expect(await pool().call("make", ["naive"])).toBe("2024-02-29T23:59:58.123456");
    expect(await pool().call("make_in_list", ["odd offset"])).toContain(
      "1890-01-01T12:00:00.500000+00:53:28",
    );
  });
});
