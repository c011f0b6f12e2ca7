import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson, printJson } from "../../src/cli/json/index.js";
import { Float, NdArray } from "../../src/wire/index.js";

/** What the parser returns, as JSON.parse would have it. */
function plain(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  }
  return value;
}

describe("parseJson", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2), (text, indent) => {
        const written = JSON.stringify(JSON.parse(text), null, indent);
        expect(plain(parseJson(written))).toEqual(JSON.parse(written));
      }),
    );
  });

  it("refuses what JSON.parse refuses", () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom("", ",", "]", '"', "1.5", "\\"),
        (text, at, insert) => {
          const broken = text.slice(0, at % (text.length + 1)) + insert + text.slice(at % (text.length + 1));
          let isJson = true;
          try {
            JSON.parse(broken);
          } catch {
            isJson = false;
          }
          if (isJson) parseJson(broken);
          else expect(() => parseJson(broken)).toThrow(SyntaxError);
        },
      ),
    );
  });

  it("keeps every integer", () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(BigInt(parseJson(`${value}`) as bigint)).toBe(value);
      }),
    );
  });

  it("tells floats from ints", () => {
    expect(parseJson("[1.0, 1e3, -2E2, 1.5, 7]")).toEqual([
      new Float(1),
      new Float(1000),
      new Float(-200),
      1.5,
      7,
    ]);
  });

  it("keeps a key that objects have a meaning for", () => {
    const value = parseJson('{"__proto__": 1.0, "a": 2}') as object;
    expect(Object.keys(value)).toEqual(["__proto__", "a"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it("reads a long text with a float in it in linear time", () => {
    const text = `["${'\\"'.repeat(200_000)}", 1.0]`;
    expect((parseJson(text) as unknown[])[1]).toEqual(new Float(1));
  });
});

describe("printJson", () => {
  it("prints what came from JSON as JSON.stringify does", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.parse(printJson(value))).toEqual(value);
      }),
    );
  });

  it("is always JSON", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        JSON.parse(printJson(value));
      }),
    );
  });

  it("prints arrays of any shape", () => {
    const data = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect(printJson(new NdArray(data, [2, 3]))).toBe("[[1,2,3],[4,5,6]]");
    expect(printJson(new NdArray(Float64Array.of(7), []))).toBe("7");
    expect(printJson(new NdArray(new Float64Array(0), [2, 0]))).toBe("[[],[]]");
    expect(printJson(BigInt64Array.of(2n ** 60n))).toBe(`[${2n ** 60n}]`);
  });
});
