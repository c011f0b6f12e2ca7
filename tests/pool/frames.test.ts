/** Data frames and Arrow tables, with the real libraries where the package indexes can be reached. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { ArrowLibrary } from "../../src/index.js";
import { withGil } from "../interpreters.js";
import { npmPackages, pythonPackages } from "../packages.js";
import { failureOf, poolOf } from "./pools.js";

const FRAMES = fileURLToPath(new URL("python/frames.py", import.meta.url));
const python = withGil();
const [wheels, npm] = await Promise.all([
  pythonPackages(python, ["pyarrow", "polars", "pandas"]),
  npmPackages(["apache-arrow"]),
]);
const missing = [wheels, npm].flatMap((packages) => ("missing" in packages ? [packages.missing] : []));
if (missing.length > 0) process.stderr.write(`data frames are not tested: ${missing.join("; ")}\n`);

/** As much of `apache-arrow` as the tests use. */
interface Arrow extends ArrowLibrary {
  tableFromArrays(columns: Record<string, unknown>): Table;
}
interface Table {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  readonly batches: readonly object[];
  getChild(name: string): { toArray(): Iterable<unknown>; get(row: number): unknown } | null;
}

describe.skipIf(missing.length > 0)("data frames", () => {
  let arrow: Arrow;
  const options = { module: FRAMES, python: python.path, profile: "process", workers: 1 } as const;
  const env = "path" in wheels ? { PYTHONPATH: wheels.path } : {};

  beforeAll(() => {
    if ("path" in npm) arrow = createRequire(join(npm.path, "package.json"))("apache-arrow") as Arrow;
  });

  test.each(["pyarrow", "polars", "pandas"])("a frame of %s is a table, or columns", async (library) => {
    const tables = await poolOf({ ...options, env, arrow });
    const columns = await poolOf({ ...options, env });
    const frame = await tables.call<Table>("make", [library]);
    expect(frame).toBeInstanceOf(arrow.Table);
    expect(frame.schema.fields.map(({ name }) => name)).toEqual(["number", "text", "flag"]);
    expect(frame.numRows).toBe(3);
    expect([0, 1, 2].map((row) => frame.getChild("text")?.get(row))).toEqual(["a", "é", null]);
    expect(Number(frame.getChild("number")?.get(1))).toBe(2);
    expect(await columns.call("make", [library])).toMatchObject({ flag: [true, false, true] });
  });

  test("a table as an argument, anywhere in a value, is one of pyarrow, and comes back", async () => {
    const pool = await poolOf({ ...options, env, arrow });
    const table = arrow.tableFromArrays({ number: Int32Array.of(1, 2, 3), x: Float64Array.of(0.5, 1, 2) });
    expect(await pool.call("describe", [table])).toEqual(["pyarrow", ["number", "x"], 3, [1, 2, 3]]);
    const back = await pool.call<Table[]>("echo", [[table]]);
    expect([...(back[0]?.getChild("x")?.toArray() ?? [])]).toEqual([0.5, 1, 2]);
  });

  test("large ones go through shared memory, and a shared one is sent once", async () => {
    const pool = await poolOf({ ...options, env, arrow });
    const table = arrow.tableFromArrays({ x: new Float64Array(200_000).fill(0.5) });
    for (let round = 0; round < 3; round++) expect(await pool.call("total", [table])).toBe(100_000);
    const shared = await pool.share(table);
    expect(shared.byteLength).toBeGreaterThan(1_600_000);
    expect(await Promise.all([1, 2, 3].map(() => pool.call("total", [shared])))).toEqual([1e5, 1e5, 1e5]);
    expect(arrow.tableFromIPC(await shared.read<Uint8Array>())).toMatchObject({ numRows: 200_000 });
  });

  test("without the library or without pyarrow the error says what to do", async () => {
    const table = arrow.tableFromArrays({ x: Float64Array.of(1) });
    const plain = await poolOf({ ...options, env });
    expect((await failureOf(plain.call("echo", [table]))).message).toContain("createPool({ arrow, … })");
    const bare = await poolOf({ ...options, arrow });
    expect((await failureOf(bare.call("echo", [table]))).message).toContain("install one of them");
    const wrong = poolOf({ ...options, arrow: {} as never });
    expect(await failureOf(wrong)).toMatchObject({ option: "arrow" });
  });
});
