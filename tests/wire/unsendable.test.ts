/** What cannot travel is refused by name and place, on the side it starts from, and the pool goes on. */
import { describe, expect, it } from "vitest";
import { NdArray, NotSendable, Tuple } from "../../src/index.js";
import { bothBuilds } from "../interpreters.js";
import { poolOn } from "./echo-pool.js";

class Cell {
  readonly inner: unknown;
  constructor(inner: unknown) {
    this.inner = inner;
  }
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function cycle(): unknown {
  const value: { rows: unknown[] } = { rows: [] };
  value.rows.push({ parent: value });
  return value;
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

const ARGUMENTS: readonly (readonly [string, unknown, string, RegExp])[] = [
  ["symbol", Symbol("s"), "", /a symbol cannot/],
  ["cycle", cycle(), ".rows[0].parent", /contains itself/],
  ["Promise", Promise.resolve(1), "", /a Promise cannot be sent to Python; await it first/],
  [
    "thenable",
    Object.defineProperty({}, `${"th"}en`, { value: () => {}, enumerable: true }),
    "",
    /an Object cannot be sent to Python; await it first/,
  ],
  ["WeakMap", new WeakMap(), "", /a WeakMap cannot/],
  ["RegExp", /x/, "", /a RegExp cannot/],
  ["Error", new Error("x"), "", /an Error cannot/],
  ["invalid Date", new Date(Number.NaN), "", /an invalid Date cannot/],
  ["Date after 9999", new Date(8.64e15), "", /no datetime before the year 1 or after 9999/],
  ["Date before year 1", new Date(-62_135_596_800_001), "", /no datetime before/],
  ["1001 levels", nested(1001), `${"[0]".repeat(996)}`, /deeper than 1000 levels/],
  [
    "getter that throws",
    {
      get x(): number {
        throw new Error("boom");
      },
    },
    "",
    /reading it failed: Error: boom/,
  ],
  [
    "toJSON that throws",
    {
      toJSON() {
        throw new Error("boom");
      },
    },
    "",
    /reading it failed/,
  ],
  ["revoked proxy", revokedProxy(), "", /reading it failed/],
  ["Map as a key", new Map([[new Map(), 1]]), " key", /a Map cannot be a key/],
  ["object in a Set", new Set([{ a: 1 }]), "{…}", /an Object cannot be a key or a member of a set/],
  [
    "array of numbers as a key",
    new Map([[new Float64Array(1), 1]]),
    " key",
    /a Float64Array cannot be a key/,
  ],
  ["symbol beside a function", [() => 1, Symbol("s")], "[1]", /a symbol cannot/],
  ["symbol in a Map", new Map([["k", Symbol("s")]]), "[k]", /a symbol cannot/],
  ["symbol in a class", new Cell(new Tuple(1, Symbol("s"))), ".inner[1]", /a symbol cannot/],
  [
    "NdArray of another shape",
    new NdArray(new Float64Array(3), [2, 2]),
    "",
    /3 numbers cannot have the shape \[2, 2\]/,
  ],
];

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe.each(await bothBuilds())("on $abi", (interpreter) => {
  const pool = poolOn(interpreter, "./unsendable.py");

  it.each(ARGUMENTS)("a %s is no argument", async (_, thing, inside, reason) => {
    const error = await pool()
      .call("echo", [{ a: [1, "x", thing] }])
      .then(
        () => undefined,
        (failure: unknown) => failure,
      );
    expect(error).toBeInstanceOf(NotSendable);
    expect(error).toMatchObject({ code: "NOT_SENDABLE", message: expect.stringMatching(reason) });
    const { path } = error as NotSendable;
    expect(path.startsWith(`arguments[0].a[2]${inside}`)).toBe(true);
    const keyword = pool().call("echo", [], { kwargs: { value: [thing] } });
    await expect(keyword).rejects.toMatchObject({
      code: "NOT_SENDABLE",
      path: expect.stringContaining("kwargs.value[0]"),
    });
    expect(await pool().call("echo", [1])).toBe(1);
  });

  it("a detached buffer is no argument", async () => {
    await expect(pool().call("echo", [1, [detached()]])).rejects.toMatchObject({ code: "NOT_SENDABLE" });
    await expect(pool().call("echo", [Symbol("x")])).rejects.toThrow(
      "arguments[0]: a symbol cannot be sent to Python",
    );
  });

  it("a refused call does not hurt those in the same batch", async () => {
    const large = Buffer.alloc(100_000, 1);
    const calls = Array.from({ length: 30 }, (_, i) =>
      pool()
        .call("echo", [i % 3 === 0 ? [large, Symbol("s")] : i % 3 === 1 ? large : i])
        .catch((error: NotSendable) => error.path),
    );
    const results = await Promise.all(calls);
    results.forEach((result, i) => {
      if (i % 3 === 1) expect(large.equals(result as Buffer)).toBe(true);
      else expect(result).toBe(i % 3 === 0 ? "arguments[0][1]" : i);
    });
  });

  it.each([
    ["lock", /_thread\.lock cannot be sent/],
    [
      "generator",
      /a generator cannot be sent as a whole; read it with pool\.stream\(…\), or return list\(…\) of it/,
    ],
    ["module", /module cannot be sent/],
    ["file", /_io\.TextIOWrapper cannot be sent/],
    ["object", /^\S+: object cannot be sent; return plain data/],
    ["lambda", /function cannot be sent/],
    ["class", /type cannot be sent/],
    ["instance", /unsendable\.Plain cannot be sent/],
    ["code", /code cannot be sent/],
    ["iterator", /list_iterator cannot be sent/],
    ["thread", /threading\.\w*Thread cannot be sent/],
    ["ctypes array", /c_int_Array_2 cannot be sent/],
    ["memoryview of objects", /memoryview of format 'P'/],
    ["broken repr", /unsendable\.Broken cannot be sent/],
    ["dataclass as key", /unsendable\.Frozen has no form that can be a key/],
    ["dataclass in a set", /unsendable\.Frozen has no form that can be a key/],
    ["two keys become one", /two keys or members become the same/],
  ])("a %s is no result", async (name, reason) => {
    for (const [call, path] of [
      ["make", "result"],
      ["rows", "result.rows[3].thing"],
      ["in_tuple", "result.right[0][1][3]"],
    ] as const) {
      const error = await pool()
        .call(call, [name])
        .catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(NotSendable);
      expect((error as NotSendable).path.startsWith(path)).toBe(true);
      expect((error as NotSendable).message).toMatch(reason);
    }
    expect(await pool().call("echo", [name])).toBe(name);
  });

  it("the one class that marshal itself would write is refused as well", async () => {
    await expect(pool().call("make", ["StopIteration"])).rejects.toThrow("result: type cannot be sent");
    await expect(pool().call("echo", [[1]])).resolves.toEqual([1]);
    await expect(pool().call("in_tuple", ["StopIteration"])).rejects.toMatchObject({ code: "NOT_SENDABLE" });
  });
});
