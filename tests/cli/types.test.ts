import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nogil, ROOT, start, temporaryFolder, until } from "./command.js";

function project(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.py"), "def f(x: int) -> str: ...\n");
  writeFileSync(join(folder, "_b.py"), "def g() -> int: ...\n");
  writeFileSync(join(folder, "empty.py"), "import os\n");
  return folder;
}

describe("nogil types", () => {
  it("writes declarations, and only those that are out of date", async () => {
    const cwd = project();
    expect(await nogil(["types"], { cwd })).toMatchObject({
      code: 0,
      stdout: "a.d.py.ts\n",
      stderr: "1 written\n",
    });
    expect(readFileSync(join(cwd, "a.d.py.ts"), "utf8")).toContain(
      "function f(x: nogil.Int): Promise<string>",
    );
    expect(await nogil(["types", "."], { cwd })).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "1 unchanged\n",
    });
    expect(await nogil(["types", "_b.py"], { cwd })).toMatchObject({ code: 0, stdout: "_b.d.py.ts\n" });
  });

  it("--check says what is missing or differs, and writes nothing", async () => {
    const cwd = project();
    const missing = await nogil(["types", "--check"], { cwd });
    expect(missing).toMatchObject({ code: 1, stdout: "" });
    expect(existsSync(join(cwd, "a.d.py.ts"))).toBe(false);
    await nogil(["types"], { cwd });
    expect(await nogil(["types", "--check"], { cwd })).toMatchObject({ code: 0 });
    appendFileSync(join(cwd, "a.py"), "def h() -> bool: ...\n");
    const stale = await nogil(["types", "--check"], { cwd });
    expect(stale.code).toBe(1);
    expect(stale.stderr).toContain("out of date: a.d.py.ts");
    expect(stale.stderr).toContain("+export declare function h(): Promise<boolean>;");
  });

  it("reports a file that does not parse with its place, and does the others", async () => {
    const cwd = project();
    writeFileSync(join(cwd, "broken.py"), "x = 1\ndef f(:\n");
    const { code, stdout, stderr } = await nogil(["types"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toBe("a.d.py.ts\n");
    expect(stderr).toContain("broken.py:2:6: ");
  });

  it("refuses what is not there, and keeps declarations that people wrote", async () => {
    const cwd = project();
    expect(await nogil(["types", "nowhere"], { cwd })).toMatchObject({
      code: 1,
      stderr: "error: nowhere: no such file or folder\n",
    });
    expect((await nogil(["types", "--watch", "--check"], { cwd })).code).toBe(2);
    writeFileSync(join(cwd, "a.d.py.ts"), "export declare const mine: 1;\n");
    const { code, stderr } = await nogil(["types"], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain("was not written by nogil");
    expect(readFileSync(join(cwd, "a.d.py.ts"), "utf8")).toBe("export declare const mine: 1;\n");
  });

  it("--watch writes again at each change, until it is stopped", async () => {
    const cwd = project();
    const running = start(["types", "--watch"], { cwd });
    const declared = join(cwd, "a.d.py.ts");
    const says = (text: string) => existsSync(declared) && readFileSync(declared, "utf8").includes(text);
    await until(() => says("function f"));
    appendFileSync(join(cwd, "a.py"), "def later() -> None: ...\n");
    await until(() => says("function later"));
    rmSync(declared);
    writeFileSync(join(cwd, "a.py"), "def again() -> None: ...\n");
    await until(() => says("function again"));
    running.process.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
  });

  it("the declarations of the typed example are what nogil types writes", async () => {
    expect(await nogil(["types", "--check", join(ROOT, "examples", "typed")])).toMatchObject({ code: 0 });
  });
});
