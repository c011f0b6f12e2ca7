import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/**
 * Where nogil keeps what it can make again: `$XDG_CACHE_HOME/nogil`, by default `~/.cache/nogil`
 * (`%LOCALAPPDATA%\nogil` on Windows). A relative `XDG_CACHE_HOME` is ignored, as its specification demands.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env.XDG_CACHE_HOME;
  if (chosen !== undefined && isAbsolute(chosen)) return join(chosen, "nogil");
  const windows = process.platform === "win32" ? env.LOCALAPPDATA : undefined;
  return windows === undefined ? join(homeFolder(env), ".cache", "nogil") : join(windows, "nogil");
}

/** The user's home folder. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.HOME;
  return home !== undefined && isAbsolute(home) ? home : homedir();
}

/** Writes a file so that a reader sees the old content or the new, never a part; makes its folder. */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
