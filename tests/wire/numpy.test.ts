/** NumPy arrays and scalars both ways. NumPy is no dependency: it is fetched for these tests where it is missing. */
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { Complex, NdArray, type TypedArray } from "../../src/index.js";
import { bothBuilds } from "../interpreters.js";
import { poolOn } from "./echo-pool.js";
import { numpyFor } from "./numpy-for.js";

const TYPES = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  f4: Float32Array,
  f8: Float64Array,
  "?": Uint8Array,
} as const;

const available = await Promise.all(
  (await bothBuilds()).map(async (interpreter) => ({
    interpreter,
    abi: interpreter.abi,
    numpy: await numpyFor(interpreter),
  })),
);

for (const { abi, numpy } of available) {
  if ("missing" in numpy) process.stderr.write(`NumPy is not tested on ${abi}: ${numpy.missing}\n`);
}

describe.each(available)("NumPy on $abi", ({ interpreter, numpy }) => {
  it("is there, or could not be had", () => expect(Object.keys(numpy)).toHaveLength(1));
  if ("missing" in numpy) return;
  const env = numpy.path === "" ? {} : { PYTHONPATH: numpy.path };
  const pool = poolOn(interpreter, "./arrays.py", { env });

  it.each([
    [[5], "C", false],
    [[2, 3], "C", false],
    [[2, 3, 4], "F", false],
    [[0], "C", false],
    [[0, 3], "C", true],
    [[], "C", true],
    [[4], "C", true],
    [[50, 200], "F", true],
    [[9000], "C", false],
  ] as const)(
    "every type of number of shape %j, order %s, big-endian %s",
    async (shape, order, bigEndian) => {
      const made = await pool().call<Record<string, unknown>>("of_every_type", [shape, order, bigEndian]);
      const size = shape.reduce((product: number, side) => product * side, 1);
      for (const [code, type] of Object.entries(TYPES)) {
        const numbers = Array.from({ length: size }, (_, i) =>
          type === BigInt64Array || type === BigUint64Array ? BigInt(i % 2) : i % 2,
        );
        const data = (type as unknown as { from(items: unknown[]): TypedArray }).from(numbers);
        const expected = shape.length === 1 ? data : new NdArray(data, [...shape]);
        expect([code, isDeepStrictEqual(made[code], expected)]).toEqual([code, true]);
      }
    },
  );

  it("arrays that are not contiguous arrive as what they show", async () => {
    expect(await pool().call("strided")).toStrictEqual({
      columns: new NdArray(Int32Array.of(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22), [4, 3]),
      reversed: Int32Array.of(18, 12, 6, 0),
      transposed: new NdArray(
        Int32Array.from({ length: 24 }, (_, i) => Math.floor(i / 4) + (i % 4) * 6),
        [6, 4],
      ),
      diagonal: Int32Array.of(0, 7, 14, 21),
      broadcast: new NdArray(Float64Array.of(2, 2, 2, 2), [2, 2]),
    });
  });

  it("types without a TypedArray become the nearest one, or lists", async () => {
    expect(await pool().call("odd")).toStrictEqual({
      half: Float32Array.of(0.5, -1.5),
      "long double": Float64Array.of(0.25),
      complex: [new Complex(1, 2)],
      "long complex": [new Complex(1, 2)],
      days: ["2024-01-02", null],
      nanoseconds: [new Date(2024, 0, 2, 3, 4, 5, 678), null],
      durations: [1.5],
      text: ["a", "bc"],
      bytes: [Buffer.from("a")],
      objects: [1, "x", null, [2]],
      records: [[1, 2.5]],
      masked: [1, null],
      empty: new NdArray(new Float64Array(), [0, 3]),
      "zero dimensions": new NdArray(Int32Array.of(5), []),
      matrix: new NdArray(Float64Array.of(1.5), [1, 1]),
    });
  });

  it("scalars are plain numbers, texts and dates, alone and in lists", async () => {
    expect(await pool().call("scalars")).toStrictEqual([
      -1,
      2n ** 64n - 1n,
      0.5,
      0.25,
      0.1,
      2,
      true,
      new Complex(1, 2),
      new Complex(0, 1),
      "s",
      Buffer.from("b"),
      new Date(2024, 0, 2, 3, 4, 5),
      2000,
      Number.NaN,
      null,
    ]);
    expect(await pool().call("alone", ["scalar"])).toBe(1.5);
    expect(await pool().call("alone", ["zero"])).toBe(0);
    expect(await pool().call("alone", ["array"])).toStrictEqual(Float64Array.of(0, 1, 2));
    expect(await pool().call("alone", ["list"])).toStrictEqual([Float64Array.of(0, 1)]);
  });

  it("arguments are arrays that can be written to, small, large, empty and with a shape", async () => {
    expect(await pool().call("read", [Float64Array.of(1, 2)])).toEqual(["ndarray", "float64", [2], [2, 3]]);
    expect(await pool().call("read", [Uint8ClampedArray.of(1)])).toEqual(["ndarray", "uint8", [1], [2]]);
    expect(await pool().call("read", [new BigInt64Array()])).toEqual(["ndarray", "int64", [0], []]);
    expect(await pool().call("read", [new NdArray(Int16Array.of(1, 2, 3, 4), [2, 2])])).toEqual([
      "ndarray",
      "int16",
      [2, 2],
      [
        [2, 3],
        [4, 5],
      ],
    ]);
    expect(await pool().call("read", [new NdArray(new Float32Array(), [2, 0])])).toEqual([
      "ndarray",
      "float32",
      [2, 0],
      [[], []],
    ]);
    const large = await pool().call<unknown[]>("read", [new Int32Array(5000)]);
    expect(large.slice(0, 3)).toEqual(["ndarray", "int32", [5000]]);
  });

  it("large arrays come back equal, several megabytes of them", async () => {
    const numbers = Float64Array.from({ length: 500_000 }, (_, i) => i);
    expect(isDeepStrictEqual(await pool().call("echo", [numbers]), numbers)).toBe(true);
    expect(isDeepStrictEqual(await pool().call("large", [500_000]), numbers)).toBe(true);
    const cube = new NdArray(numbers, [100, 100, 50]);
    expect(isDeepStrictEqual(await pool().call("echo", [cube]), cube)).toBe(true);
  });

  it("shared arrays are read-only views of one memory, with their shape, and come back as the handle", async () => {
    const matrix = await pool().share(new NdArray(Int16Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
    expect(await pool().call("look", [matrix])).toEqual(["ndarray", "int16", [2, 3], false, true, 21]);
    expect(await pool().call("echo", [matrix])).toBe(matrix);
    expect(await pool().call("views", [matrix])).toStrictEqual([
      matrix,
      new NdArray(Int16Array.of(1, 4, 2, 5, 3, 6), [3, 2]),
      new NdArray(Int16Array.of(1, 2, 3), [1, 3]),
      Int16Array.of(1, 2, 3, 4, 5, 6),
      new NdArray(Int16Array.of(2, 3, 4, 5, 6, 7), [2, 3]),
    ]);
  });

  it("leaves the GIL as it was", async () => {
    expect(await pool().call("gil")).toBe(!interpreter.freeThreadedBuild);
  });
});
