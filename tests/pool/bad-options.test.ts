import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createPool, InvalidOption, ModuleLoadFailed, type PoolOptions } from "../../src/index.js";
import { bothKinds } from "../interpreters.js";
import { CALLS, poolOf, temporaryFolder } from "./pools.js";

const python = bothKinds()[0]?.python.path ?? "";

describe("options that are refused, by name, value and what is expected", () => {
  test.each<[Record<string, unknown>, string, string]>([
    [{ module: 5 }, "module", "5"],
    [{ module: "" }, "module", '""'],
    [{ module: "not a module" }, "module", "dotted module name"],
    [{ profile: "fibers" }, "profile", '"thread"'],
    [{ workers: 0 }, "workers", "from 1 to"],
    [{ threads: 1.5 }, "threads", "whole number"],
    [{ profile: "process", threads: 2 }, "threads", "raise workers"],
    [{ maxQueue: -1 }, "maxQueue", "-1"],
    [{ grace: 500, killAfter: 100 }, "killAfter", "grace"],
    [{ maxMessageBytes: 1 }, "maxMessageBytes", "bytes"],
    [{ wrokers: 2 }, "wrokers", "known are"],
  ])("%j", async (options, name, text) => {
    const error = await createPool({ module: CALLS, python, ...options } as PoolOptions).catch(
      (error) => error,
    );
    expect(error).toBeInstanceOf(InvalidOption);
    expect(error.message).toContain(`"${name}"`);
    expect(error.message).toContain(text);
  });

  test("call options too", async () => {
    const pool = await poolOf({ python });
    await expect(pool.call("echo", [1], { timeout: -5 })).rejects.toMatchObject({ option: "timeout" });
    await expect(pool.call("echo", [1], { timeuot: 5 } as never)).rejects.toMatchObject({
      option: "timeuot",
    });
    await expect(pool.call("", [1])).rejects.toMatchObject({ option: "name" });
    await expect(pool.call("echo", 1 as never)).rejects.toMatchObject({ option: "args" });
  });
});

describe.each(bothKinds())("modules on $label", ({ python }) => {
  const load = (name: string, code: string) => {
    const file = `${temporaryFolder()}/${name}`;
    writeFileSync(file, code);
    return createPool({ module: file, python: python.path, output: "events" });
  };

  test("a file that does not exist", async () => {
    const error = await createPool({ module: "./nowhere.py", python: python.path }).catch((error) => error);
    expect(error).toBeInstanceOf(ModuleLoadFailed);
    expect(error.message).toContain("nowhere.py");
  });

  test("a dotted name that does not exist", async () => {
    const error = await createPool({ module: "no_such_package.x", python: python.path }).catch(
      (error) => error,
    );
    expect(error.pythonError).toMatchObject({ type: "ModuleNotFoundError" });
  });

  test("a module that does not parse, with the line", async () => {
    const error = await load("broken.py", "def f(:\n  pass\n").catch((error) => error);
    expect(error).toBeInstanceOf(ModuleLoadFailed);
    expect(error.pythonError).toMatchObject({ type: "SyntaxError" });
    expect(error.pythonError.traceback).toContain("line 1");
  });

  test("a module that raises, exits, or ends the process while it is imported", async () => {
    await expect(load("raises.py", "1/0")).rejects.toMatchObject({
      pythonError: { type: "ZeroDivisionError" },
    });
    await expect(load("exits.py", "import sys; sys.exit(2)")).rejects.toMatchObject({
      pythonError: { type: "SystemExit" },
    });
    await expect(
      load("ends.py", "import os, sys; sys.stderr.write('bye\\n'); os._exit(7)"),
    ).rejects.toMatchObject({
      code: "WORKER_START_FAILED",
      stderr: expect.stringContaining("bye"),
    });
  });

  test("a module that never finishes importing", async () => {
    const file = `${temporaryFolder()}/slow.py`;
    writeFileSync(file, "import time\ntime.sleep(60)\n");
    await expect(createPool({ module: file, python: python.path, startTimeout: 300 })).rejects.toThrow(
      "startTimeout",
    );
  });

  test("a module that prints and reads stdin does not disturb the channel", async () => {
    const file = `${temporaryFolder()}/chatty.py`;
    writeFileSync(
      file,
      "import sys\nprint('hello')\ndef talk():\n  print('from a task')\n  try:\n    return input()\n  except EOFError:\n    return 'no input'\n",
    );
    const pool = await poolOf({ module: file, python: python.path });
    const lines: string[] = [];
    pool.on("output", ({ line }) => lines.push(line));
    expect(await pool.call("talk")).toBe("no input");
    await pool.close();
    expect(lines).toContain("from a task");
  });

  test("a module named like one of the standard library does not replace it", async () => {
    const folder = temporaryFolder();
    mkdirSync(`${folder}/x`);
    writeFileSync(`${folder}/x/json.py`, "def f():\n  import json\n  return json.dumps([1])\n");
    const pool = await poolOf({ module: `${folder}/x/json.py`, python: python.path });
    expect(await pool.call("f")).toBe("[1]");
  });
});
