/** One pool for a whole file of tests, on one interpreter. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { createPool, type Pool, type PoolOptions } from "../../src/index.js";
import type { Interpreter } from "../../src/interpreter/index.js";

/** Starts a pool before the tests of the surrounding block and closes it after them. */
export function poolOn(
  interpreter: Interpreter,
  module: string,
  options: Omit<PoolOptions, "module" | "python"> = {},
): () => Pool {
  let pool: Pool | undefined;
  beforeAll(async () => {
    pool = await createPool({
      module: fileURLToPath(new URL(module, import.meta.url)),
      python: interpreter.path,
      profile: interpreter.freeThreadedBuild ? "thread" : "process",
      workers: 1,
      ...options,
    });
  });
  afterAll(() => pool?.close());
  return () => {
    if (pool === undefined) throw new Error("the pool starts before the first test");
    return pool;
  };
}
