import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { nogil: fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    include: ["tests/**/*.test.ts"],
    pool: "forks",
    // A hang is what these are for. A virtual machine that gets no processor for a while is none.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Tests start Python processes of their own; more files at once than cores only makes them wait for each other.
    maxWorkers: 2,
    globalSetup: ["tests/find-interpreters.ts"],
  },
});
