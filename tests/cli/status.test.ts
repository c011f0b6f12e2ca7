import { existsSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { nogil, startProcess, temporaryFolder } from "./command.js";

interface Interpreter {
  readonly path: string;
  readonly version: string;
  readonly freeThreadedBuild: boolean;
  readonly gilEnabled: boolean;
  readonly reason: string;
  readonly source: string;
}

interface Status {
  readonly chosen: Interpreter | null;
  readonly problem: string | null;
  readonly interpreters: readonly Interpreter[];
  readonly cores: number;
  readonly threadsInParallel: boolean;
  readonly warnings: readonly string[];
}

/** An environment without any Python. */
function nothing(): NodeJS.ProcessEnv {
  const home = temporaryFolder();
  return { HOME: home, PATH: home, XDG_CACHE_HOME: home };
}

let status: Status;
/** One with the GIL and one without, as far as both are here. */
let oneOfEach: Interpreter[];
beforeAll(async () => {
  status = JSON.parse((await nogil(["status", "--json"])).stdout) as Status;
  oneOfEach = [true, false].flatMap(
    (gil) => status.interpreters.find(({ gilEnabled }) => gilEnabled === gil) ?? [],
  );
});

describe("status --json", () => {
  it("describes every interpreter, and the chosen one among them", () => {
    expect(status.interpreters.length).toBeGreaterThan(0);
    expect(status.interpreters.map(({ path }) => path)).toContain(status.chosen?.path);
    for (const interpreter of status.interpreters) {
      expect(interpreter).toEqual(
        expect.objectContaining({
          path: expect.any(String),
          version: expect.stringMatching(/^3\.\d+\.\d+/),
          freeThreadedBuild: expect.any(Boolean),
          gilEnabled: expect.any(Boolean),
          reason: expect.stringMatching(/.+/),
        }),
      );
      expect(existsSync(interpreter.path)).toBe(true);
    }
  });

  it("counts the cores", () => expect(status.cores).toBeGreaterThan(0));

  it("says of each interpreter what Python itself says", async () => {
    const script =
      "import sys; print(getattr(sys, '_is_gil_enabled', lambda: True)(), sys.version.split()[0])";
    for (const { path, gilEnabled, version } of status.interpreters) {
      const { stdout } = await startProcess(path, ["-c", script]).ended;
      expect(stdout.trim()).toBe(`${gilEnabled ? "True" : "False"} ${version}`);
    }
  });
});

describe("status in words", () => {
  it("names the chosen interpreter, its GIL and the cores", async () => {
    const { stdout, code } = await nogil(["status"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`${status.chosen?.version}`);
    expect(stdout).toContain(status.chosen?.gilEnabled ? "runs with the GIL" : "runs without the GIL");
    expect(stdout).toContain(status.chosen?.reason);
    expect(stdout).toMatch(/Cores: \d/);
    expect(stdout).not.toContain("\x1b");
  });

  it("takes the Python that is asked for", async () => {
    for (const { path, version } of oneOfEach) {
      const { stdout, code } = await nogil(["status", "--python", path]);
      expect(code).toBe(0);
      expect(stdout.split("\n")[0]).toContain(`Python ${version}`);
    }
  });

  it("fails when the Python that is asked for is not there, and shows the others", async () => {
    const { stdout, code } = await nogil(["status", "--python", "/nowhere/python"]);
    expect(code).toBe(1);
    expect(stdout).toContain("/nowhere/python (option) does not exist");
    // One that is known by NOGIL_PYTHON alone is not looked for when an option says otherwise.
    for (const { path, source } of status.interpreters) {
      if (source !== "NOGIL_PYTHON") expect(stdout).toContain(path);
    }
  });

  it("says why PYTHONDONTWRITEBYTECODE matters, only where there is no GIL", async () => {
    for (const { path, freeThreadedBuild } of oneOfEach) {
      const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
      const { stdout } = await nogil(["status", "--python", path, "--json"], { env });
      const { warnings } = JSON.parse(stdout) as Status;
      expect(warnings.some((warning) => warning.includes("PYTHONDONTWRITEBYTECODE"))).toBe(freeThreadedBuild);
    }
  });
});

describe("without any Python", () => {
  it("says so, says how to get one, and still counts the cores", async () => {
    const { stdout, code } = await nogil(["status"], { env: nothing() });
    expect(code).toBe(0);
    expect(stdout).toContain("no Python 3.9 or newer");
    expect(stdout).toContain("nogil python install");
    expect(stdout).toMatch(/Cores: \d/);
  });

  it("has nothing chosen in JSON", async () => {
    const { stdout } = await nogil(["status", "--json"], { env: nothing() });
    const empty = JSON.parse(stdout) as Status;
    expect(empty).toMatchObject({ chosen: null, interpreters: [], threadsInParallel: false });
    expect(empty.problem).toContain("no Python");
    expect(empty.cores).toBe(status.cores);
  });
});

describe("--strict", () => {
  it("fails unless threads run in parallel", async () => {
    for (const { path, gilEnabled } of oneOfEach) {
      const { code } = await nogil(["status", "--strict", "--python", path]);
      expect(code).toBe(gilEnabled ? 1 : 0);
    }
  });

  it("fails without any Python", async () => {
    expect((await nogil(["status", "--strict"], { env: nothing() })).code).toBe(1);
  });

  it("fails when PYTHON_GIL=1 switches the GIL on", async () => {
    const env = { ...process.env, PYTHON_GIL: "1" };
    const { code, stdout } = await nogil(["status", "--strict", "--json"], { env });
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Status).threadsInParallel).toBe(false);
  });
});

describe("python list and path", () => {
  it("lists what status finds, with a star at the chosen one", async () => {
    const { stdout } = await nogil(["python", "list"]);
    for (const { path } of status.interpreters) expect(stdout).toContain(path);
    const starred = stdout.split("\n").filter((line) => line.startsWith("*"));
    expect(starred).toHaveLength(1);
    expect(starred[0]).toContain(status.chosen?.path);
  });

  it("lists them in JSON", async () => {
    const { stdout } = await nogil(["python", "list", "--json"]);
    const listed = JSON.parse(stdout) as Interpreter[];
    expect(listed.map(({ path }) => path)).toEqual(status.interpreters.map(({ path }) => path));
  });

  it("shows the others when the one asked for is not there", async () => {
    const env = { ...process.env, NOGIL_PYTHON: "/nowhere/python" };
    const { stdout, stderr, code } = await nogil(["python", "list"], { env });
    expect(code).toBe(0);
    expect(stderr).toContain("/nowhere/python");
    expect(stdout).toMatch(/\d+\.\d+\.\d+/);
  });

  it("prints nothing but the path", async () => {
    const { stdout, code } = await nogil(["python", "path"]);
    expect(code).toBe(0);
    expect(stdout).toBe(`${status.chosen?.path}\n`);
  });

  it("demands a free-threaded one", async () => {
    for (const { path, freeThreadedBuild } of oneOfEach) {
      const { stdout, stderr, code } = await nogil(["python", "path", "--free-threaded", "--python", path]);
      expect(code).toBe(freeThreadedBuild ? 0 : 1);
      expect(stdout).toBe(freeThreadedBuild ? `${path}\n` : "");
      if (!freeThreadedBuild) expect(stderr).toContain("is not a free-threaded build");
    }
  });

  it("refuses a version that is none", async () => {
    const { stderr, code } = await nogil(["python", "install", "banana"]);
    expect(code).toBe(2);
    expect(stderr).toContain('"banana"');
  });
});
