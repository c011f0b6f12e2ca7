import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Pool } from "../../src/index.js";
import { poolOf, sleep, temporaryFolder } from "./pools.js";
import { everyWay } from "./profiles.js";

/** Calls until the answer is the expected one; the test's time limit ends it. */
async function answers(pool: Pool, expected: unknown): Promise<void> {
  while ((await pool.call("version")) !== expected) await sleep(20);
}

describe.each(everyWay())("watch, $label", ({ python, profile }) => {
  const start = async (text: string) => {
    const folder = temporaryFolder();
    const module = `${folder}/app.py`;
    const write = (code: string) => writeFileSync(module, code);
    write(text);
    const options = { module, python: python.path, profile, workers: 1, watch: true } as const;
    return { folder, write, module, pool: await poolOf(options) };
  };
  const version = (value: string, delay = 0) =>
    `import time\ntime.sleep(${delay})\ndef version():\n  return "${value}"\ndef long():\n  time.sleep(1)\n  return "${value}"\n`;

  test("a saved file is what runs next; a task under way ends in the old one", async () => {
    const { pool, write } = await start(version("first"));
    const under = pool.push("long");
    expect(await pool.call("version")).toBe("first");
    write(version("second"));
    await answers(pool, "second");
    expect(await under).toBe("first");
    expect(pool.stats().rejected).toBe(0);
  });

  test("saved by replacing the file, as editors do, and in a package beside the module", async () => {
    const { pool, folder, module, write } = await start(version("first"));
    writeFileSync(`${folder}/.app.py.swp`, version("second"));
    renameSync(`${folder}/.app.py.swp`, module);
    await answers(pool, "second");
    mkdirSync(`${folder}/part`);
    writeFileSync(`${folder}/part/__init__.py`, "value = 'third'\n");
    write("from part import value\ndef version():\n  return value\n");
    await answers(pool, "third");
    writeFileSync(`${folder}/part/__init__.py`, "value = 'the fourth'\n");
    await answers(pool, "the fourth");
  });

  test("a version that does not load leaves the old one in place and is reported; the next good one is taken", async () => {
    const { pool, write } = await start(version("first"));
    const failed = new Promise((resolve) => pool.once("worker-start-failed", resolve));
    write("def version(:\n");
    expect(await failed).toMatchObject({ error: { code: "MODULE_LOAD_FAILED" } });
    expect(await pool.call("version")).toBe("first");
    write(version("third"));
    await answers(pool, "third");
  });

  test("saved again while the new version is still being imported", async () => {
    const { pool, write } = await start(version("first"));
    write(version("second", 0.7));
    await sleep(400);
    write(version("third"));
    await answers(pool, "third");
  });
});
