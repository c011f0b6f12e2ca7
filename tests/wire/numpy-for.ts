/** NumPy for an interpreter that has none: installed once by pip into a folder of the project's cache. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Interpreter } from "../../src/interpreter/index.js";
import { allInterpreters } from "../interpreters.js";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/nogil-numpy/", import.meta.url));

/** Where to find NumPy, or why it could not be had. */
export type NumPy = { readonly path: string } | { readonly missing: string };

/** The value for PYTHONPATH with which `import numpy` works; empty where it works without. */
export async function numpyFor(interpreter: Interpreter): Promise<NumPy> {
  if (imports(interpreter, "")) return { path: "" };
  const target = join(CACHE, `${interpreter.abi}-${process.platform}-${process.arch}`);
  if (imports(interpreter, target)) return { path: target };
  try {
    await install(interpreter, target);
    return imports(interpreter, target)
      ? { path: target }
      : { missing: "what pip installed cannot be imported" };
  } catch (error) {
    return { missing: (error as Error).message.slice(0, 500) };
  }
}

function imports({ path, environment }: Interpreter, folder: string): boolean {
  if (folder !== "" && !existsSync(folder)) return false;
  const env = { ...process.env, ...environment, PYTHONPATH: folder };
  try {
    execFileSync(path, ["-c", "import numpy"], { env, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The pip of any interpreter can install wheels for another one. */
async function install(interpreter: Interpreter, target: string): Promise<void> {
  const all = await allInterpreters();
  const withPip = [interpreter, ...all.toReversed()].find(({ path, environment }) => {
    try {
      execFileSync(path, ["-m", "pip", "--version"], {
        env: { ...process.env, ...environment },
        stdio: "ignore",
      });
      return true;
    } catch {
      return false;
    }
  });
  if (withPip === undefined) throw new Error("no interpreter here has pip");
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "part-"));
  try {
    const wheels = withPip === interpreter ? [] : wheelOptions(interpreter);
    const options = [
      "--quiet",
      "--no-input",
      "--disable-pip-version-check",
      "--only-binary=:all:",
      "--target",
      folder,
    ];
    execFileSync(withPip.path, ["-m", "pip", "install", ...options, ...wheels, "numpy"], {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 120_000,
    });
    if (!existsSync(target)) renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function wheelOptions({ version, abi }: Interpreter): string[] {
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  const platforms = ["manylinux_2_28", "manylinux_2_27", "manylinux2014"].map((tag) => [
    "--platform",
    `${tag}_${machine}`,
  ]);
  return [
    "--python-version",
    version.split(".").slice(0, 2).join("."),
    "--implementation",
    "cp",
    "--abi",
    abi,
    ...platforms.flat(),
  ];
}
