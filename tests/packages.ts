/** Python and npm packages that tests and examples use: installed once into the project's cache, where that is possible. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Interpreter } from "../src/interpreter/index.js";

const CACHE = fileURLToPath(new URL("../node_modules/.cache/nogil-packages/", import.meta.url));
const INSTALL_MS = 180_000;
const run = promisify(execFile);

/** The folder that holds them, or why they could not be had. */
export type Packages = { readonly path: string } | { readonly missing: string };

/** Wheels for this interpreter; the folder is for PYTHONPATH. */
export function pythonPackages({ path, abi }: Interpreter, names: readonly string[]): Promise<Packages> {
  return installed(`${abi}-${names.join("-")}`, (folder) =>
    run(
      path,
      ["-m", "pip", "install", "-q", "--retries", "1", "--only-binary=:all:", "--target", folder, ...names],
      { timeout: INSTALL_MS },
    ),
  );
}

/** Packages of npm; the folder has them in `node_modules`. */
export function npmPackages(names: readonly string[]): Promise<Packages> {
  return installed(`npm-${names.join("-")}`, (folder) => {
    writeFileSync(join(folder, "package.json"), "{}");
    return run("npm", ["install", "--no-audit", "--no-fund", ...names], { cwd: folder, timeout: INSTALL_MS });
  });
}

/** Made whole or not at all: two tests may want the same. */
async function installed(name: string, install: (folder: string) => Promise<unknown>): Promise<Packages> {
  const path = join(CACHE, name);
  if (existsSync(path)) return { path };
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "part-"));
  try {
    await install(folder);
    if (!existsSync(path)) renameSync(folder, path);
    return { path };
  } catch (error) {
    return { missing: (error as Error).message.trim().slice(-500) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
