import { expect, test } from "vitest";
import { createPool, getPool, InvalidOption } from "../../src/index.js";
import { bothKinds } from "../interpreters.js";
import { CALLS, failureOf, poolOf, temporaryFolder } from "./pools.js";

const python = bothKinds()[0]?.python.path ?? "";

test("a pool is found by its name while it is open", async () => {
  const pool = await poolOf({ python, name: "numbers" });
  expect(getPool("numbers")).toBe(pool);
  expect(getPool("letters")).toBeUndefined();
  await pool.close();
  expect(getPool("numbers")).toBeUndefined();
  expect(await (await poolOf({ python, name: "numbers" })).call("echo", [1])).toBe(1);
});

test("a name is taken from the moment its pool is being made, and free again when that fails", async () => {
  const first = poolOf({ python, name: "numbers" });
  expect(getPool("numbers")).toBeUndefined();
  const error = await failureOf(createPool({ module: CALLS, python, name: "numbers" }));
  expect(error).toBeInstanceOf(InvalidOption);
  expect(error.message).toContain("a name that no open pool has");
  const pool = await first;
  expect(getPool("numbers")).toBe(pool);
  await failureOf(createPool({ module: `${temporaryFolder()}/none.py`, python, name: "letters" }));
  expect(getPool("letters")).toBeUndefined();
  expect((await poolOf({ python, name: "letters" })).profile).toBeDefined();
});
