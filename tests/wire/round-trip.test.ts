/** Values there and back, on real Python processes: nothing of what docs/types.md promises gets lost. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Complex, Tuple } from "../../src/index.js";
import { allInterpreters, bothBuilds } from "../interpreters.js";
import { poolOn } from "./echo-pool.js";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc
    .constantFrom(0, 23, 24, 47, 48, 49, 254, 255, 256, 257)
    .chain((size) =>
      fc
        .constantFrom("a", "é", "€", "\ud800", "\udc00x", "\u0000")
        .map((unit) => unit.repeat(size).slice(0, size)),
    ),
);
const key = fc.oneof(
  anyText,
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "valueOf",
    "then",
    "length",
    "0",
    "10",
    "-1",
    "4294967295",
  ),
);
const integer = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc
    .tuple(fc.integer({ min: 0, max: 130 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([bits, delta, negative]) => {
      const value = ((1n << BigInt(bits)) + BigInt(delta)) * (negative ? -1n : 1n);
      return value >= -MAX_SAFE && value <= MAX_SAFE ? Number(value) : value;
    }),
);
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const leaf = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -0,
    "",
    1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ),
  fc.double(),
  integer,
  anyText,
  fc.tuple(fc.double(), fc.double()).map(([real, imag]) => new Complex(real, imag)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  }),
);
const { tree } = fc.letrec<{ tree: unknown; member: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { arbitrary: leaf, weight: 3 },
    { arbitrary: fc.array(tie("tree"), { maxLength: 6 }), weight: 1 },
    { arbitrary: fc.array(fc.tuple(key, tie("tree")), { maxLength: 6 }).map(toObject), weight: 1 },
    {
      arbitrary: fc
        .array(fc.tuple(integer, tie("tree")), { minLength: 1, maxLength: 4 })
        .map((pairs) => new Map<unknown, unknown>(pairs)),
      weight: 1,
    },
    { arbitrary: fc.array(tie("member"), { maxLength: 4 }).map((members) => new Set(members)), weight: 1 },
  ),
  // Members that Python, too, holds for different ones.
  member: fc.oneof(integer, anyText, fc.constant(null)),
}));

function toObject(pairs: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [name, value] of pairs)
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  return object;
}

/** Pairs that are not the same to the last bit of a number; vitest's own equality stumbles over keys called "constructor". */
function differences(back: unknown, sent: readonly unknown[]): unknown[] {
  if (!Array.isArray(back) || back.length !== sent.length) return [back];
  return sent.flatMap((value, i) => (isDeepStrictEqual(value, back[i]) ? [] : [[value, back[i]]]));
}

describe.each(await bothBuilds())("values on $abi", (interpreter) => {
  const pool = poolOn(interpreter, "./values.py");

  it("come back from Python as they were sent", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 40, maxLength: 80, size: "max" }), async (values) => {
        const [one, many] = await Promise.all([
          pool().call("echo", [values]),
          pool().call("echo_all", values),
        ]);
        expect(differences(one, values)).toEqual([]);
        expect(differences(many, values)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it("come back from JavaScript as Python sent them", async () => {
    const seeds = Array.from({ length: 15 }, (_, seed) => seed);
    for (const seed of seeds) {
      const made = await pool().call<unknown[]>("make", [seed, 50]);
      expect(await pool().call("compare", [seed, 50, made])).toEqual([]);
    }
  });

  it("keep their types where JavaScript has several", async () => {
    const types = await pool().call("kinds", [
      null,
      undefined,
      true,
      0,
      -0,
      1.5,
      2 ** 53,
      10n,
      "",
      [],
      {},
      new Map(),
      new Set(),
      new Tuple(),
      Buffer.of(),
    ]);
    expect(types).toEqual([
      "NoneType",
      "NoneType",
      "bool",
      "int",
      "float",
      "float",
      "float",
      "int",
      "str",
      "list",
      "dict",
      "dict",
      "set",
      "tuple",
      "bytes",
    ]);
  });

  it("of every length of text come back", async () => {
    const texts = [];
    for (let length = 0; length <= 300; length++) {
      for (const unit of ["a", "é", "𝄞"]) texts.push(unit.repeat(length));
    }
    expect(await pool().call("echo", [texts])).toEqual(texts);
    expect(await pool().call("echo", [Object.fromEntries(texts.map((text, i) => [text, i]))])).toEqual(
      Object.fromEntries(texts.map((text, i) => [text, i])),
    );
  });

  it("of several megabytes come back", async () => {
    for (const unit of ["a", "é", "\ud800"]) {
      const text = unit.repeat(500_000);
      expect((await pool().call("echo", [text])) === text).toBe(true);
      expect((await pool().call("big_text", [500_000, unit])) === text).toBe(true);
    }
    const numbers = Array.from({ length: 100_000 }, (_, i) => i * 1.5);
    expect(isDeepStrictEqual(await pool().call("echo", [numbers]), numbers)).toBe(true);
  });

  it("that are ints of a million bits come back", async () => {
    const power = 1n << 1_000_000n;
    expect((await pool().call("power", [1_000_000])) === power).toBe(true);
    expect((await pool().call("echo", [-power])) === -power).toBe(true);
  });

  it("that Python refers to more than once arrive in each place", async () => {
    const row = { name: "row", tags: ["a", "b"] };
    expect(await pool().call("shared")).toEqual({
      first: row,
      rows: [row, row],
      names: ["row", "row", "row"],
    });
  });

  it("that are dict keys or set members of any hashable kind", async () => {
    const value = new Map<unknown, unknown>([
      [[1, [2, "x"]], "tuple"],
      [new Set([1, new Set([2])]), "frozenset"],
      [new Tuple(1, [2]), "Tuple"],
      [new Date(5), "datetime"],
      [Buffer.from("b"), "bytes"],
      [Buffer.alloc(5000, 7), "large bytes"],
      [[new Date(6)], "nested"],
      [null, "None"],
      [1.5, "float"],
      [new Complex(1, 2), "complex"],
    ]);
    const back = await pool().call<Map<unknown, unknown>>("echo", [value]);
    expect([...back.values()]).toEqual([...value.values()]);
    expect([...back.keys()]).toEqual([
      [1, [2, "x"]],
      new Set([1, new Set([2])]),
      [1, [2]],
      new Date(5),
      Buffer.from("b"),
      Buffer.alloc(5000, 7),
      [new Date(6)],
      null,
      1.5,
      new Complex(1, 2),
    ]);
    const members = new Set<unknown>([[1, 2], new Set([3, new Date(1)]), new Date(2)]);
    expect(await pool().call("echo", [members])).toEqual(members);
  });

  it("as deep as a thousand levels travel both ways, deeper ones are refused", async () => {
    for (const kind of ["list", "dict", "tuple", "map"]) {
      const deep = await pool().call("deep", [1000, 1, kind]);
      if (kind !== "map") expect(await pool().call("depth_of", [deep])).toEqual([1000, "int 1"]);
    }
    let value: unknown = "bottom";
    for (let level = 0; level < 990; level++) value = level % 2 ? [value] : { k: value };
    expect(await pool().call("depth_of", [value])).toEqual([990, "str 'bottom'"]);
    expect(await pool().call("echo", [value])).toEqual(value);
    for (const levels of [1_001, 1_500, 1_990, 2_500, 100_000]) {
      const outcome = await pool()
        .call("deep", [levels])
        .catch((error: unknown) => error);
      expect(outcome).toMatchObject({
        code: "NOT_SENDABLE",
        message: expect.stringMatching(/^result.*deep/),
      });
    }
  });

  it("hold an extension type at some depth, or are refused with a reason", async () => {
    let dated: unknown = new Date(1_000);
    for (let level = 0; level < 200; level++) dated = level % 2 ? [dated] : { k: dated };
    expect(await pool().call("echo", [dated])).toEqual(dated);
    for (let level = 0; level < 790; level++) dated = [dated];
    const outcome = await pool()
      .call("depth_of", [dated])
      .catch((error: unknown) => error);
    if (outcome instanceof Error)
      expect(outcome).toMatchObject({ code: "NOT_SENDABLE", message: expect.stringMatching(/deep/) });
    else expect(outcome).toEqual([990, expect.stringContaining("datetime.datetime(1970, 1, 1, 0, 0, 1")]);
    expect(await pool().call("deep_now", [200])).toBeInstanceOf(Array);
    for (const levels of [400, 900, 3_000]) {
      const failure = await pool()
        .call("deep_now", [levels, "dict"])
        .catch((error: unknown) => error);
      if (failure instanceof Error)
        expect(failure).toMatchObject({
          code: "NOT_SENDABLE",
          message: expect.stringMatching(/^result.*deep/),
        });
    }
  });

  it("that contain themselves are refused, whatever else is in them", async () => {
    for (const kind of ["list", "dict", "map", "tuple"]) {
      for (const extra of [1, Buffer.from("bytes"), new Date(0)]) {
        const outcome = await pool()
          .call("cycle", [kind, extra])
          .catch((error: Error) => error.message);
        expect(typeof outcome === "string" ? outcome : "a value").toMatch(/^result.*contains itself/);
      }
    }
    expect(await pool().call("echo", ["still there"])).toBe("still there");
  });
});

describe.each(await allInterpreters())("a short round trip on $abi", (interpreter) => {
  const pool = poolOn(interpreter, "./values.py");

  it("keeps random values both ways", async () => {
    for (let seed = 1000; seed < 1004; seed++) {
      const made = await pool().call<unknown[]>("make", [seed, 30]);
      expect(await pool().call("compare", [seed, 30, made])).toEqual([]);
      expect(differences(await pool().call("echo", [made]), made)).toEqual([]);
    }
  });
});
