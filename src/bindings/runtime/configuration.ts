/** The configuration of the default pool and the types: `nogil.config.*`, or the key "nogil" of package.json. */
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidOption } from "../../errors.js";
import type { PoolOptions } from "../../pool/index.js";

export interface Configuration {
  /** Options of the pool that imported Python functions run on; what is imported decides on its modules. */
  readonly pool?: Omit<PoolOptions, "module">;
}

/** A configuration with the place it comes from. */
export interface LoadedConfiguration extends Configuration {
  /** The file, or the folder where no file was found. Two modules with the same place share a pool. */
  readonly place: string;
}

const CONFIG_FILES = ["ts", "mts", "js", "mjs", "cjs", "json"].map(
  (extension) => `nogil.config.${extension}`,
);

/** For editors and type checks: `export default defineConfig({ … })`. */
export function defineConfig(configuration: Configuration): Configuration {
  return configuration;
}

/**
 * The file that configures what is in a folder: in the nearest folder upwards that has one. Undefined: none does.
 */
export function findConfiguration(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    for (const name of CONFIG_FILES) if (isFile(join(at, name))) return join(at, name);
    const manifest = join(at, "package.json");
    if (isFile(manifest) && readManifest(manifest) !== undefined) return manifest;
    if (dirname(at) === at) return undefined;
  }
}

/**
 * @param folder the folder of the Python file
 * @throws InvalidOption for a configuration that is not one, or that cannot be read
 */
export async function loadConfiguration(folder: string): Promise<LoadedConfiguration> {
  const place = findConfiguration(folder);
  if (place === undefined) return { place: "" };
  const content = place.endsWith("package.json") ? readManifest(place) : await readConfigFile(place);
  return { place, ...checkConfiguration(content, place) };
}

async function readConfigFile(file: string): Promise<unknown> {
  try {
    if (file.endsWith(".json")) return JSON.parse(readFileSync(file, "utf8"));
    const module: { readonly default?: unknown } = await import(pathToFileURL(file).href);
    return module.default;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidOption(file, undefined, `a configuration that can be loaded (${why})`);
  }
}

function readManifest(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>).nogil;
  } catch {
    // A broken package.json is for npm to complain about.
    return undefined;
  }
}

function checkConfiguration(content: unknown, place: string): Configuration {
  if (!isObject(content))
    throw new InvalidOption(place, content, "an object such as { pool: { workers: 2 } }");
  for (const key of Object.keys(content))
    if (key !== "pool")
      throw new InvalidOption(`${place}: ${key}`, content[key], "no such key; known is pool");
  const { pool } = content;
  if (pool === undefined) return {};
  if (!isObject(pool)) throw new InvalidOption(`${place}: pool`, pool, "an object of pool options");
  if ("module" in pool)
    throw new InvalidOption(
      `${place}: pool.module`,
      pool.module,
      "left out: the modules are those that are imported",
    );
  const { python } = pool;
  const isRelative = typeof python === "string" && /^\.\.?([/\\]|$)|^\.venv$/.test(python);
  return { pool: isRelative ? { ...pool, python: resolve(dirname(place), python) } : pool };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
