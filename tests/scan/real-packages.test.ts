/**
 * Three packages from the package index, built here for the free-threaded Python: what the scan says of their source is
 * what importing them does.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scan } from "../../src/scan/index.js";
import { freeThreaded } from "../interpreters.js";

const interpreter = freeThreaded();
const PIP_MS = 100_000;
/** Three times pip and a virtual environment: a slow index is said, not a failure. */
const INSTALL_MS = 4 * PIP_MS;
/** Exact versions, so that what they declare stays what it is. */
const PACKAGES = [
  {
    name: "markupsafe",
    version: "3.0.3",
    module: "markupsafe._speedups",
    kind: "C, declares it needs no GIL",
  },
  { name: "ciso8601", version: "2.3.2", module: "ciso8601", kind: "C, declares nothing" },
  { name: "idna", version: "3.10", module: "idna", kind: "pure Python" },
] as const;

const folder = mkdtempSync(join(tmpdir(), "nogil-real-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const python = join(folder, "venv", "bin", "python");
const sources = join(folder, "sources");
let problem = "";

function pip(...args: readonly string[]): void {
  if (problem !== "") return;
  const ended = spawnSync(
    python,
    ["-m", "pip", ...args.slice(0, 1), "-q", "--retries", "1", ...args.slice(1)],
    {
      encoding: "utf8",
      timeout: PIP_MS,
    },
  );
  if (ended.status !== 0) problem = `pip ${args.join(" ")}: ${ended.stderr.trim() || ended.error?.message}`;
}

function gilAfterImport(module: string): boolean {
  const code = `import sys, ${module}; print(sys._is_gil_enabled())`;
  const env = { ...process.env, PYTHON_GIL: undefined };
  return (
    execFileSync(python, ["-W", "ignore", "-c", code], { encoding: "utf8", env, cwd: folder }).trim() ===
    "True"
  );
}

describe.runIf(interpreter !== undefined)("packages from the package index", () => {
  beforeAll(() => {
    execFileSync(interpreter!.path, ["-m", "venv", join(folder, "venv")]);
    pip("install", "--no-compile", "setuptools", "flit-core");
    const wanted = PACKAGES.map(({ name, version }) => `${name}==${version}`);
    pip("download", "--no-deps", "--no-build-isolation", "--no-binary", ":all:", "-d", sources, ...wanted);
    if (problem !== "") return;
    for (const archive of readdirSync(sources))
      execFileSync(python, ["-m", "tarfile", "-e", join(sources, archive), sources]);
    pip(
      "install",
      "--no-compile",
      "--no-deps",
      "--no-build-isolation",
      ...PACKAGES.map((one) => sourceOf(one)),
    );
  }, INSTALL_MS);

  function sourceOf({ name, version }: { readonly name: string; readonly version: string }): string {
    return join(sources, `${name}-${version}`);
  }

  test.for(PACKAGES)(
    "$name ($kind): the verdict on its source is what its import does",
    async (one, { skip }) => {
      if (problem !== "") skip(`not looked at, because it could not be had: ${problem}`);
      const target = `${interpreter!.version.split(".").slice(0, 2).join(".")}t`;
      const { verdict, packaging } = await scan({ path: sourceOf(one), target, environment: false });
      const gil = gilAfterImport(one.module);
      expect(verdict).toBe(gil ? "not-ready" : "ready");
      expect(packaging.some(({ rule }) => rule === "NG601")).toBe(gil);
      expect(gil).toBe(one.name === "ciso8601");
    },
  );

  test("what is measured in their environment says the same", async ({ skip }) => {
    if (problem !== "") skip(`not looked at, because it could not be had: ${problem}`);
    const { packaging, environment, verdict } = await scan({
      path: sourceOf(PACKAGES[2]),
      python,
      check: false,
    });
    expect(environment?.packages?.map((one) => [one.name.toLowerCase(), one.verdict])).toEqual([
      ["ciso8601", "turns-gil-on"],
      ["markupsafe", "ready"],
    ]);
    expect(packaging.filter(({ rule }) => rule === "NG607").map(({ message }) => message)).toEqual([
      expect.stringContaining("ciso8601 2.3.2: importing it switches the GIL on"),
    ]);
    expect(verdict).toBe("not-ready");
  });
});
