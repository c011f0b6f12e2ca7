import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, writeFileAtomically } from "./cache-folder.js";
import type { Candidate } from "./candidates.js";
import { inspect } from "./inspect.js";
import type { Interpreter } from "./interpreter.js";
import { ProbeCache } from "./probe-cache.js";

/**
 * The interpreters that nogil installed: `<cache>/interpreters/<name>/`, each with a mark that is written last, after
 * the new interpreter has answered. A folder without it is unfinished and is never picked up.
 */

/** Written into a finished installation. */
export interface Mark {
  /** Path of the executable, relative to the folder. */
  readonly executable: string;
  readonly version: string;
  /** Which source it came from: "uv", "debian"… */
  readonly source: string;
  /** Built with profile-guided optimisation. */
  readonly optimized: boolean;
}

/** A finished installation. */
export interface Installation {
  readonly folder: string;
  readonly mark: Mark;
}

const MARK_FILE = "nogil-interpreter.json";

/** The folder of all installations. */
export function interpretersFolder(cache: string): string {
  return join(cache, "interpreters");
}

/** Every finished installation in a cache folder. */
export async function installations(cache: string): Promise<Installation[]> {
  const folder = interpretersFolder(cache);
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => readInstallation(join(folder, name))));
  return found.filter((installation) => installation !== undefined);
}

/** Declares the installation in a folder finished. */
export async function markFinished(folder: string, mark: Mark): Promise<void> {
  await writeFileAtomically(join(folder, MARK_FILE), `${JSON.stringify(mark, null, 2)}\n`);
}

/** The installation in a folder, undefined when it is unfinished or its mark is damaged. */
export async function readInstallation(folder: string): Promise<Installation | undefined> {
  try {
    const mark: unknown = JSON.parse(await readFile(join(folder, MARK_FILE), "utf8"));
    const { executable, version, source, optimized } = (mark ?? {}) as Record<string, unknown>;
    if (typeof executable !== "string" || typeof version !== "string" || typeof source !== "string")
      return undefined;
    return { folder, mark: { executable, version, source, optimized: optimized === true } };
  } catch {
    return undefined;
  }
}

/** The installed interpreters as places to look at. */
export async function inStore(cache: string): Promise<Candidate[]> {
  const finished = await installations(cache);
  return finished.map(({ folder, mark }) => ({ path: join(folder, mark.executable), source: "nogil cache" }));
}

/**
 * The interpreters that `installInterpreter` has obtained and that still work.
 *
 * @param cacheDir - the cache folder, by default the user's
 */
export async function cachedInterpreters(cacheDir: string = cacheFolder()): Promise<Interpreter[]> {
  const cache = new ProbeCache(cacheDir);
  const found = await Promise.all(
    (await inStore(cacheDir)).map(({ path, source }) =>
      inspect(path, source, { env: process.env, cache }).catch(() => undefined),
    ),
  );
  await cache.save();
  return found.filter((inspected) => inspected !== undefined).map(({ interpreter }) => interpreter);
}
