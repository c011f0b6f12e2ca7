/** Writes a file so that readers see the old content or the new one, never a part. */
import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/**
 * Replaces a file with its permissions; a link stays a link. A file that may not be written is left alone.
 * @throws the error of the operating system
 */
export function replaceFile(path: string, content: Uint8Array | string): void {
  const real = realPath(path);
  const mode = real === undefined ? 0o666 : statSync(real).mode & 0o7777;
  const target = real ?? path;
  // The folder would allow the file to be replaced, but it is read-only because somebody wanted that.
  if (real !== undefined) accessSync(real, constants.W_OK);
  if (real !== undefined && (mode & 0o222) === 0) throw readOnly(path);
  const unfinished = `${target}.${process.pid}.nogil`;
  try {
    writeFileSync(unfinished, content, { mode, flag: "wx" });
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** Root may write what nobody may write; that is no reason to. */
function readOnly(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`EACCES: permission denied, '${path}'`), { code: "EACCES" });
}
