import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomically } from "./cache-folder.js";
import { checkFacts, PROBE_SCRIPT, type ProbeResult } from "./probe.js";

/**
 * Answers of earlier probes, so that finding a dozen interpreters takes milliseconds. One JSON file; an entry holds
 * as long as the executable has the same size and date. The file is replaced as a whole, what other processes wrote
 * meanwhile included, so two that write in the same instant lose at most entries, never the file; a damaged one counts
 * as empty.
 */

/** What an answer depends on; undefined when it must not be kept (see {@link probeKey}). */
export type ProbeKey = string;

interface Entry {
  readonly path: string;
  /** Milliseconds since the epoch; only answers that may be wrong later have one. */
  readonly expires?: number;
  readonly result: ProbeResult;
}

/** A hang is remembered this long: long enough not to wait again at each command, short enough to be forgotten. */
const HANG_REMEMBERED_MS = 10 * 60_000;

/**
 * The key of an executable: its real file's path, size and date, the same of the virtual environment it stands in,
 * and what in the environment decides which libraries it loads.
 */
export async function probeKey(path: string, realPath: string, env: NodeJS.ProcessEnv): Promise<ProbeKey> {
  const file = await stat(realPath);
  const venv = await stat(join(dirname(dirname(path)), "pyvenv.cfg")).catch(() => undefined);
  const probe = await stat(PROBE_SCRIPT);
  // Not a hash: loading node:crypto takes longer than all else here.
  return JSON.stringify([
    probe.size,
    probe.mtimeMs,
    path,
    realPath,
    file.size,
    file.mtimeMs,
    venv?.mtimeMs,
    env.LD_LIBRARY_PATH,
    env.DYLD_LIBRARY_PATH,
    env.HOME,
  ]);
}

/** The kept answers of one cache folder. */
export class ProbeCache {
  readonly #file: string;
  readonly #added = new Map<ProbeKey, Entry>();
  #entries: Promise<Map<ProbeKey, Entry>> | undefined;

  constructor(cacheFolder: string) {
    this.#file = join(cacheFolder, "probes.json");
  }

  /** The kept answer, undefined when there is none. */
  async get(key: ProbeKey): Promise<ProbeResult | undefined> {
    const entry = (await this.#load()).get(key);
    return entry === undefined || (entry.expires ?? Infinity) < Date.now() ? undefined : entry.result;
  }

  /**
   * Keeps an answer. Of failures only a hang is kept, for a while: the others are quick to see again and often
   * repaired from outside the file (a missing library, a permission).
   */
  async set(key: ProbeKey, path: string, result: ProbeResult): Promise<void> {
    if (!("facts" in result || result.hung)) return;
    const entry =
      "facts" in result ? { path, result } : { path, result, expires: Date.now() + HANG_REMEMBERED_MS };
    (await this.#load()).set(key, entry);
    this.#added.set(key, entry);
  }

  /** Writes what is new. A folder that cannot be written costs the speed-up, nothing else. */
  async save(): Promise<void> {
    if (this.#added.size === 0) return;
    const kept = [...(await this.#read()), ...this.#added].filter(
      ([, { path, expires }]) => (expires ?? Infinity) > Date.now() && existsSync(path),
    );
    this.#added.clear();
    await writeFileAtomically(this.#file, JSON.stringify(Object.fromEntries(kept))).catch(() => {});
  }

  #load(): Promise<Map<ProbeKey, Entry>> {
    this.#entries ??= this.#read();
    return this.#entries;
  }

  #read(): Promise<Map<ProbeKey, Entry>> {
    return readFile(this.#file, "utf8")
      .then(parseEntries)
      .catch(() => new Map());
  }
}

function parseEntries(text: string): Map<ProbeKey, Entry> {
  const entries = new Map<ProbeKey, Entry>();
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null) return entries;
  for (const [key, value] of Object.entries(parsed)) {
    const entry = checkEntry(value);
    if (entry !== undefined) entries.set(key, entry);
  }
  return entries;
}

function checkEntry(value: unknown): Entry | undefined {
  const { path, expires, result } = (value ?? {}) as Record<string, unknown>;
  if (typeof path !== "string" || typeof result !== "object" || result === null) return undefined;
  if (expires !== undefined && typeof expires !== "number") return undefined;
  const { facts, environment, failure, hung } = result as Record<string, unknown>;
  const when = expires === undefined ? {} : { expires };
  if (typeof failure === "string" && typeof hung === "boolean")
    return { path, ...when, result: { failure, hung } };
  const checked = checkFacts(facts);
  if (checked === undefined || typeof environment !== "object" || environment === null) return undefined;
  const variables = Object.entries(environment).filter(([, text]) => typeof text === "string");
  return { path, ...when, result: { facts: checked, environment: Object.fromEntries(variables) } };
}
