import { execFileSync } from "node:child_process";
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chooseInterpreter, type FindOptions, findInterpreters } from "../../src/interpreter/index.js";
import { emptyEnvironment, fakePython, script, temporaryFolder } from "./fakes.js";

const root = temporaryFolder();
let counter = 0;

/** A machine of its own: an empty home, a project folder with `.git`, and one folder on PATH. */
function machine() {
  const home = join(root, String(counter++));
  const project = join(home, "code", "project");
  const bin = join(home, "bin");
  mkdirSync(join(project, ".git"), { recursive: true });
  mkdirSync(bin, { recursive: true });
  const env = emptyEnvironment(home, [bin]);
  const options = (changes: Partial<FindOptions> = {}): FindOptions => ({ cwd: project, env, ...changes });
  return { home, project, bin, env, options };
}

function venv(folder: string, version = "3.12.1"): string {
  fakePython(join(folder, "bin", "python"), { version });
  writeFileSync(join(folder, "pyvenv.cfg"), "home = /usr/bin\n");
  return join(folder, "bin", "python");
}

describe("finding", () => {
  it("looks on PATH, in pyenv, uv, conda and nogil's cache, and says where each was found", async () => {
    const { home, bin, options } = machine();
    fakePython(join(bin, "python3"), { version: "3.11.2" });
    fakePython(join(home, ".pyenv/versions/3.12.1/bin/python"), { version: "3.12.1" });
    fakePython(join(home, ".local/share/uv/python/cpython-3.14.0+freethreaded-linux/bin/python3.14t"), {
      version: "3.14.0",
      freeThreaded: true,
    });
    fakePython(join(home, "miniforge3/envs/work/bin/python"), { version: "3.10.4" });
    const installed = join(home, ".cache/nogil/interpreters/one");
    fakePython(join(installed, "bin/python3"), { version: "3.13.5", freeThreaded: true });
    const mark = { executable: "bin/python3", version: "3.13.5", source: "debian", optimized: false };
    writeFileSync(join(installed, "nogil-interpreter.json"), JSON.stringify(mark));
    const unfinished = join(home, ".cache/nogil/interpreters/two/bin/python3");
    fakePython(unfinished, { version: "3.14.1", freeThreaded: true });
    const { interpreters, rejected } = await findInterpreters(options());
    expect(interpreters.map(({ source, version }) => [source, version])).toEqual([
      ["PATH", "3.11.2"],
      ["pyenv", "3.12.1"],
      ["uv", "3.14.0"],
      ["conda", "3.10.4"],
      ["nogil cache", "3.13.5"],
    ]);
    expect(rejected).toEqual([]);
  });

  it("names one interpreter once, whatever links lead to it, and keeps virtual environments apart", async () => {
    const { home, bin, options, env } = machine();
    const base = (await findInterpreters()).interpreters[0]!.path;
    for (const name of ["python3", "python", "python3.11"]) symlinkSync(base, join(bin, name));
    const second = join(home, "second");
    mkdirSync(second);
    symlinkSync(base, join(second, "python3"));
    execFileSync(base, ["-m", "venv", "--without-pip", join(home, "environment")]);
    const found = await findInterpreters(
      options({ env: { ...env, PATH: `${bin}:${second}`, VIRTUAL_ENV: join(home, "environment") } }),
    );
    expect(found.interpreters.map(({ source, path }) => [source, path])).toEqual([
      ["virtual environment", join(home, "environment/bin/python")],
      ["PATH", join(bin, "python3.11")],
    ]);
    expect(found.interpreters[0]!.prefix).toBe(realpathSync(join(home, "environment")));
    expect(found.interpreters[0]!.basePrefix).toBe(found.interpreters[1]!.basePrefix);
  });

  it("recognises a wrapper script by what it starts", async () => {
    const { bin, options } = machine();
    const base = (await findInterpreters()).interpreters[0]!;
    symlinkSync(base.path, join(bin, "python3.12"));
    script(join(bin, "python3"), `exec '${join(bin, "python3.12")}' "$@"`);
    const { interpreters } = await findInterpreters(options());
    expect(interpreters.map(({ path }) => path)).toEqual([join(bin, "python3.12")]);
  });

  it("does not run pyenv's shims but what they stand for", async () => {
    const { home, env, project, options } = machine();
    const pyenv = join(home, ".pyenv");
    script(join(pyenv, "shims/python3"), "echo 'pyenv: python3: command not found' >&2; exit 127");
    fakePython(join(pyenv, "versions/3.12.1/bin/python3"), { version: "3.12.1" });
    writeFileSync(join(pyenv, "version"), "3.12.1\n");
    const found = await findInterpreters(
      options({ env: { ...env, PATH: join(pyenv, "shims") }, cwd: project }),
    );
    expect(found.interpreters.map(({ source, version }) => [source, version])).toEqual([["PATH", "3.12.1"]]);
    expect(found.rejected).toEqual([]);
  });

  it("lists what it rejected with the reason, and leaves too old names on PATH out", async () => {
    const { bin, options } = machine();
    fakePython(join(bin, "python3.8"), { version: "3.8.1" });
    fakePython(join(bin, "python3"), { version: "3.7.4" });
    script(join(bin, "python"), "exit 9");
    writeFileSync(join(bin, "python3.12"), "not executable", { mode: 0o644 });
    const { interpreters, rejected } = await findInterpreters(options());
    expect(interpreters).toEqual([]);
    expect(rejected.map(({ path, reason }) => [path.slice(bin.length + 1), reason])).toEqual([
      ["python3.12", "is not executable (permission denied)"],
      ["python3", "is Python 3.7.4, which is too old: 3.9 is the oldest that nogil runs"],
      ["python", "exited with code 9"],
    ]);
  });

  it("puts a request that cannot be met among the rejected, and finds the rest", async () => {
    const { bin, options } = machine();
    fakePython(join(bin, "python3"));
    const { interpreters, rejected } = await findInterpreters(options({ python: "/nowhere/python" }));
    expect(interpreters).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ path: "/nowhere/python", source: "option" });
  });

  it("leaves a relative or empty PATH entry alone", async () => {
    const { env, options } = machine();
    const { interpreters } = await findInterpreters(options({ env: { ...env, PATH: "::.:bin" } }));
    expect(interpreters).toEqual([]);
  });
});

describe("choosing", () => {
  it("prefers a free-threaded build, then a release, then the newest", async () => {
    const { bin, home, options } = machine();
    fakePython(join(bin, "python3"), { version: "3.14.2" });
    fakePython(join(home, ".pyenv/versions/a/bin/python"), { version: "3.13.1", freeThreaded: true });
    fakePython(join(home, ".pyenv/versions/b/bin/python"), { version: "3.13.9", freeThreaded: true });
    fakePython(join(home, ".pyenv/versions/c/bin/python"), { version: "3.15.0a2", freeThreaded: true });
    expect((await chooseInterpreter(options())).version).toBe("3.13.9");
    expect((await chooseInterpreter(options({ preferFreeThreaded: false }))).version).toBe("3.14.2");
  });

  it("prefers CPython to a newer Python of another kind", async () => {
    const { bin, home, options } = machine();
    fakePython(join(bin, "python3"), { version: "3.11.2" });
    fakePython(join(home, ".pyenv/versions/pypy/bin/python"), { version: "3.12.0", implementation: "pypy" });
    expect((await chooseInterpreter(options())).version).toBe("3.11.2");
  });

  it("takes what is asked for first: option, NOGIL_PYTHON, active environment, .venv, .python-version", async () => {
    const { home, project, bin, env, options } = machine();
    fakePython(join(bin, "python3"), { version: "3.14.0", freeThreaded: true });
    fakePython(join(home, ".pyenv/versions/3.10.2/bin/python"), { version: "3.10.2" });
    writeFileSync(join(project, ".python-version"), "# pinned\n3.10.2\n");
    const versionAndSource = async (changes: Partial<FindOptions>) => {
      const { version, source } = await chooseInterpreter(options(changes));
      return [version, source];
    };
    const inside = join(project, "src", "deep");
    mkdirSync(inside, { recursive: true });
    expect(await versionAndSource({ cwd: inside })).toEqual(["3.10.2", ".python-version"]);
    venv(join(project, ".venv"), "3.11.1");
    expect(await versionAndSource({ cwd: inside })).toEqual(["3.11.1", ".venv"]);
    venv(join(home, "active"), "3.12.2");
    const active = { ...env, VIRTUAL_ENV: join(home, "active") };
    expect(await versionAndSource({ env: active })).toEqual(["3.12.2", "virtual environment"]);
    const variable = { ...active, NOGIL_PYTHON: fakePython(join(home, "chosen"), { version: "3.13.3" }) };
    expect(await versionAndSource({ env: variable })).toEqual(["3.13.3", "NOGIL_PYTHON"]);
    expect(await versionAndSource({ env: variable, python: "t" })).toEqual(["3.14.0", "option"]);
  });

  it("takes an executable, a command, a folder, a virtual environment or a version as the option", async () => {
    const { home, project, bin, options } = machine();
    const other = fakePython(join(home, "other", "bin", "python3"), { version: "3.12.7" });
    fakePython(join(bin, "snake"), { version: "3.13.7" });
    venv(join(project, "environment"), "3.11.7");
    const version = async (python: string) => (await chooseInterpreter(options({ python }))).version;
    expect(await version(other)).toBe("3.12.7");
    expect(await version("~/other/bin/python3")).toBe("3.12.7");
    expect(await version("../../other/")).toBe("3.12.7");
    expect(await version("snake")).toBe("3.13.7");
    expect(await version("environment")).toBe("3.11.7");
    fakePython(join(bin, "python3"), { version: "3.10.7" });
    expect(await version(">=3.10,<3.11")).toBe("3.10.7");
  });

  it("takes the virtual environment among those of the version asked for: the packages are there", async () => {
    const { project, bin, options } = machine();
    venv(join(project, ".venv"), "3.13.1");
    fakePython(join(bin, "python3.13t"), { version: "3.13.5", freeThreaded: true });
    expect((await chooseInterpreter(options({ python: "3.13" }))).version).toBe("3.13.1");
    expect((await chooseInterpreter(options({ python: "3.13t" }))).version).toBe("3.13.5");
  });

  it("does not look past the project's root, nor take the home folder's files for the project's", async () => {
    const { home, project, bin, env, options } = machine();
    fakePython(join(bin, "python3"), { version: "3.14.0" });
    writeFileSync(join(home, "code", ".python-version"), "3.10\n");
    writeFileSync(join(home, ".python-version"), "3.9\n");
    expect((await chooseInterpreter(options())).version).toBe("3.14.0");
    mkdirSync(join(home, "loose"));
    expect((await chooseInterpreter({ env, cwd: join(home, "loose") })).version).toBe("3.14.0");
    expect(project).toContain(home);
  });

  it("treats `system` in .python-version as no request, and takes the first version of a list that is there", async () => {
    const { project, bin, options } = machine();
    fakePython(join(bin, "python3"), { version: "3.12.4" });
    writeFileSync(join(project, ".python-version"), "system\n");
    expect((await chooseInterpreter(options())).source).toBe("PATH");
    writeFileSync(join(project, ".python-version"), "3.14.1\n3.12\n");
    expect((await chooseInterpreter(options())).version).toBe("3.12.4");
  });
});

describe("a choice that cannot be made", () => {
  it("without any Python says so and how to get one", async () => {
    const { options } = machine();
    await expect(chooseInterpreter(options())).rejects.toMatchObject({
      code: "INTERPRETER_NOT_FOUND",
      message: expect.stringMatching(/^no Python 3\.9 or newer on PATH.*nogil python install/s),
    });
  });

  it("with only unusable ones names each with its reason", async () => {
    const { bin, options } = machine();
    fakePython(join(bin, "python3"), { version: "3.6.9" });
    await expect(chooseInterpreter(options())).rejects.toThrow(
      /Not usable: .*python3 is Python 3\.6\.9, which is too old/,
    );
  });

  it.each([
    ["/nowhere/python", "INTERPRETER_NOT_FOUND", /\/nowhere\/python \(option\) does not exist/],
    ["no-such-command", "INTERPRETER_NOT_FOUND", /is no command on PATH/],
    [
      "3.99t",
      "INTERPRETER_NOT_FOUND",
      /no Python 3\.99t \(asked for by option "python"\).*There is 3\.13\.5 at/,
    ],
    ["./.git", "INTERPRETER_NOT_FOUND", /is a folder without a Python in it/],
    ["  ", "INVALID_OPTION", /option "python" is " {2}", expected an executable/],
  ])("option %j", async (python, code, message) => {
    const { bin, options } = machine();
    fakePython(join(bin, "python3"));
    await expect(chooseInterpreter(options({ python }))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it("does not fall back to another Python when the one asked for is broken", async () => {
    const { home, project, bin, env, options } = machine();
    fakePython(join(bin, "python3"));
    const broken = script(join(home, "broken"), "exit 1");
    const attempt = (changes: Partial<FindOptions>) => chooseInterpreter(options(changes));
    await expect(attempt({ env: { ...env, NOGIL_PYTHON: broken } })).rejects.toThrow(
      /asked for by NOGIL_PYTHON, but exited with code 1/,
    );
    await expect(attempt({ env: { ...env, VIRTUAL_ENV: join(home, "gone") } })).rejects.toThrow(
      /asked for by the active virtual environment \(VIRTUAL_ENV\), does not exist/,
    );
    writeFileSync(join(project, ".python-version"), "3.10\n");
    await expect(attempt({})).rejects.toThrow(/no Python 3\.10 \(.*\.python-version\)/);
    mkdirSync(join(project, ".venv"));
    writeFileSync(join(project, ".venv", "pyvenv.cfg"), "");
    await expect(attempt({})).rejects.toThrow(/\.venv\/bin\/python, asked for by \.venv, does not exist/);
  });
});
