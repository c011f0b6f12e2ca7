/** One worker process seen from the user's side: output, input, start, threads. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { createPool, isNogilError, type PoolOptions } from "../../src/index.js";
import { allInterpreters, bothBuilds, withGil } from "../interpreters.js";

const MODULE = fileURLToPath(new URL("./functions.py", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "nogil-worker-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The error of a pool that cannot be made. */
async function failure(options: PoolOptions): Promise<unknown> {
  const pool = await createPool({ output: "events", workers: 1, ...options }).catch(
    (error: unknown) => error,
  );
  if (isNogilError(pool)) return pool;
  throw new Error("the pool started");
}

describe.each(await allInterpreters())("on $abi", ({ path: python, freeThreadedBuild }) => {
  const profile = freeThreadedBuild ? "thread" : "process";

  it("no way of printing breaks the channel, and every line is an event", async () => {
    await using pool = await createPool({ module: MODULE, python, profile, workers: 1, output: "events" });
    const lines: string[] = [];
    pool.on("output", ({ stream, line }) =>
      lines.push(`${stream}: ${line.length > 99 ? line.length : line}`),
    );
    expect(await pool.call("print_lines")).toBe("printed");
    expect(await pool.call("flood", [10_000_000])).toBe(10_000_000);
    expect(await pool.call("echo", [1])).toBe(1);
    await pool.close();
    expect(lines).toEqual(
      expect.arrayContaining([
        "stdout: from print",
        "stderr: to stderr",
        "stdout: from os.write",
        "stderr: from C",
      ]),
    );
    const flooded = lines
      .filter((line) => /^stdout: \d+$/.test(line))
      .reduce((sum, line) => sum + Number(line.slice(8)), 0);
    expect(flooded).toBeGreaterThanOrEqual(10_000_000);
  });

  it("reading standard input finds its end", async () => {
    await using pool = await createPool({ module: MODULE, python, profile, workers: 1 });
    await expect(pool.call("read_input")).rejects.toMatchObject({ code: "PYTHON_ERROR", type: "EOFError" });
    expect(await pool.call("read_stdin")).toBe("");
  });

  it("the process profile runs tasks on the main thread, the thread profile does not", async () => {
    for (const [kind, main] of [
      ["process", true],
      ["thread", false],
    ] as const) {
      await using pool = await createPool({ module: MODULE, python, profile: kind, workers: 1, cwd: folder });
      expect(await pool.call("where")).toMatchObject({ main });
    }
  });
});

describe.each(await bothBuilds())("starting on $abi", ({ path: python, freeThreadedBuild }) => {
  const start = { python, profile: freeThreadedBuild ? "thread" : "process" } as const;

  it("a module that raises, does not parse or does not exist is named with Python's error", async () => {
    const raises = file(
      "raises.py",
      "import datetime\nraise ValueError(datetime.date(2024, 1, 2), object())\n",
    );
    expect(await failure({ ...start, module: raises })).toMatchObject({
      code: "MODULE_LOAD_FAILED",
      module: raises,
      pythonError: { type: "ValueError", args: ["2024-01-02", expect.stringContaining("<object object")] },
    });
    const broken = file("broken.py", "def f(:\n");
    expect(await failure({ ...start, module: broken })).toMatchObject({
      code: "MODULE_LOAD_FAILED",
      pythonError: { type: "SyntaxError", traceback: expect.stringContaining("broken.py") },
    });
    for (const module of [join(folder, "missing.py"), "no.such.module"]) {
      expect(await failure({ ...start, module })).toMatchObject({
        code: "MODULE_LOAD_FAILED",
        pythonError: { type: "ModuleNotFoundError" },
      });
    }
  });

  it("a module that exits is told apart from one that raises", async () => {
    const leaves = file("leaves.py", "import sys\nsys.exit(7)\n");
    expect(await failure({ ...start, module: leaves })).toMatchObject({
      code: "MODULE_LOAD_FAILED",
      message: expect.stringContaining("sys.exit(7)"),
    });
    const gone = file("gone.py", "import os, sys\nprint('last words', file=sys.stderr)\nos._exit(9)\n");
    expect(await failure({ ...start, module: gone })).toMatchObject({
      code: "WORKER_START_FAILED",
      message: expect.stringMatching(/exit code 9 while it imported .*gone\.py.*last words/s),
    });
  });

  it("a module that takes too long is given up", async () => {
    const slow = file("slow.py", "import time\ntime.sleep(600)\n");
    expect(await failure({ ...start, module: slow, startTimeout: 300 })).toMatchObject({
      code: "WORKER_START_FAILED",
      message: expect.stringMatching(/slow\.py within startTimeout = 300 ms/),
    });
  });

  it("a working folder that does not exist is an error", async () => {
    const error = await failure({ ...start, module: MODULE, cwd: join(folder, "nowhere") });
    expect(error).toMatchObject({
      code: "WORKER_START_FAILED",
      message: expect.stringMatching(/the working folder .*nowhere does not exist/),
    });
  });

  it("a task that ends the process fails with its exit code, and the next one runs", async () => {
    await using pool = await createPool({ ...start, module: MODULE, workers: 1 });
    await expect(pool.call("exit_now", [5])).rejects.toMatchObject({
      code: "WORKER_CRASHED",
      exit: { exitCode: 5 },
    });
    expect(await pool.call("echo", ["again"])).toBe("again");
  });
});

it("PYTHON_GIL=0 does not keep a build with the GIL from starting", async () => {
  const { path: python } = await withGil();
  await using pool = await createPool({
    module: MODULE,
    python,
    profile: "process",
    workers: 1,
    env: { PYTHON_GIL: "0" },
  });
  expect(await pool.call("environment", ["PYTHON_GIL"])).toBeNull();
});

if (process.platform === "linux")
  it("more threads than there are descriptors for is an error that says so", async () => {
    const { path: python } = await withGil();
    const limit = (files: number | string) =>
      execFileSync("prlimit", ["--pid", String(process.pid), `--nofile=${files}:`]);
    const before = /open files +(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? "";
    limit(readdirSync("/proc/self/fd").length + 40);
    const error = await failure({
      module: MODULE,
      python,
      profile: "thread",
      threads: 100,
      workers: 1,
    }).finally(() => limit(before));
    expect(error).toMatchObject({
      code: "WORKER_START_FAILED",
      message: expect.stringMatching(/100 threads: this process has no descriptors left.*ulimit -n/),
    });
  });
