/**
 * Values in files of the cache folder. Whatever goes wrong with it, the analysis is done as if there were none: a file
 * that is damaged, of another version or not to be written is no reason to fail.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";

/** Projects that nobody looked at for so long are forgotten (milliseconds). */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;
/** All projects together may take so many bytes; the oldest give way. */
const MAX_TOTAL_BYTES = 1024 ** 3;
/** What a file of ours ends with. */
const ENDING = ".nogil-cache";

/** The value under a name, or undefined. */
export function readCacheFile(folder: string, name: string): unknown {
  try {
    return deserialize(readFileSync(join(folder, name + ENDING)));
  } catch {
    return undefined;
  }
}

/** Keeps a value under a name; readers see the old one or the new one, never a part. */
export function writeCacheFile(folder: string, name: string, value: unknown): void {
  const path = join(folder, name + ENDING);
  const unfinished = `${path}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(unfinished, serialize(value), { mode: 0o600 });
    renameSync(unfinished, path);
    makeRoom(folder);
  } catch {
    discard(unfinished);
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder itself is none; then there is no file in it either.
  }
}

function makeRoom(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => name.includes(ENDING))
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return { path: join(folder, name), size, mtimeMs };
    })
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  let total = 0;
  for (const { path, size, mtimeMs } of files) {
    total += size;
    if (total > MAX_TOTAL_BYTES || Date.now() - mtimeMs > KEEP_MS) rmSync(path, { force: true });
  }
}
