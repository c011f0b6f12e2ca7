import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { PackageReport } from "../../src/interpreter/index.js";
import { type Environment, environmentOf } from "../interpreter/extensions.js";
import { freeThreaded } from "../interpreters.js";
import { nogil, temporaryFolder } from "./command.js";

const python = freeThreaded();
const INSTALL_MS = 240_000;

interface Status {
  readonly packages: PackageReport | null;
  readonly threadsInParallel: boolean;
}

describe.runIf(python !== undefined)("status --packages", () => {
  let ready: Environment;
  let mixed: Environment;
  beforeAll(() => {
    ready = environmentOf(python!);
    ready.compile("fine", "not-used");
    mixed = environmentOf(python!);
    mixed.compile("fine", "not-used");
    mixed.compile("shop._fast", "absent");
    mixed.write("shop/__init__.py", "from . import _fast\n");
  });

  it("says which import switches the GIL on, and where it is", async () => {
    const { stdout, code } = await nogil(["status", "--packages", "--python", mixed.python]);
    expect(code).toBe(0);
    expect(stdout).toContain("shop: shop._fast switches the GIL on");
    expect(stdout).toMatch(/shop \(.*shop\/__init__\.py:1\) imports\n/);
    expect(stdout).toContain("Not ready: shop.");
    expect(stdout).toMatch(/✓ +fine/);
  });

  it("--strict fails for an environment that is not ready, and passes for one that is", async () => {
    const strict = (environment: Environment) =>
      nogil(["status", "--packages", "--strict", "--json", "--python", environment.python]);
    const [bad, good] = [await strict(mixed), await strict(ready)];
    expect([bad.code, good.code]).toEqual([1, 0]);
    expect((JSON.parse(bad.stdout) as Status).packages?.ready).toBe(false);
    expect((JSON.parse(good.stdout) as Status).packages?.packages).toHaveLength(1);
  });

  it("measures nothing unless it is asked to", async () => {
    const { stdout } = await nogil(["status", "--json", "--python", mixed.python]);
    expect((JSON.parse(stdout) as Status).packages).toBeNull();
  });

  it("sees through PYTHON_GIL=0, which would keep the GIL off whatever is imported", async () => {
    const env = { ...process.env, PYTHON_GIL: "0" };
    const args = ["status", "--packages", "--json", "--python", mixed.python];
    const { packages } = JSON.parse((await nogil(args, { env })).stdout) as Status;
    expect(packages?.packages.map(({ verdict }) => verdict)).toEqual(["ready", "turns-gil-on"]);
  });
});

describe.runIf(python !== undefined)("NumPy, from the package index", () => {
  it(
    "is imported without the GIL coming on, or the reason why not is named",
    async ({ skip }) => {
      const folder = temporaryFolder();
      execFileSync(python!.path, ["-m", "venv", folder]);
      const venv = join(folder, "bin", "python");
      const pip = spawnSync(
        venv,
        ["-m", "pip", "install", "-q", "--retries", "1", "--only-binary=:all:", "numpy"],
        { encoding: "utf8", timeout: INSTALL_MS - 30_000 },
      );
      if (pip.status !== 0)
        skip(`NumPy could not be installed, so it was not measured: ${pip.stderr.trim()}`);
      const { stdout } = await nogil(["status", "--packages", "--json", "--python", venv]);
      const numpy = (JSON.parse(stdout) as Status).packages?.packages.find(
        ({ module }) => module === "numpy",
      );
      expect(numpy).toMatchObject({ distribution: "numpy", version: expect.stringMatching(/^\d+\.\d+/) });
      expect(numpy?.wheelTags.join()).toContain(`-${python!.abi}-`);
      expect(numpy?.loaded.map(({ module }) => module)).toContain("numpy._core._multiarray_umath");
      // Whatever this NumPy does, verdict, state of the GIL and slots must tell the same story.
      const said = execFileSync(
        venv,
        ["-W", "ignore", "-c", "import sys, numpy; print(sys._is_gil_enabled())"],
        {
          encoding: "utf8",
          env: { ...process.env, PYTHON_GIL: undefined },
        },
      );
      expect(numpy?.verdict).toBe(said.trim() === "True" ? "turns-gil-on" : "ready");
      expect(numpy?.loaded.every(({ slot }) => slot === "not-used" || slot === null)).toBe(
        numpy?.verdict === "ready",
      );
    },
    INSTALL_MS,
  );
});
