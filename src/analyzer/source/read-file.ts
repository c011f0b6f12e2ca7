/** Reads one source file, with a limit that keeps a data dump named `.py` from taking all memory. */
import { readFileSync } from "node:fs";
import { systemProblem } from "./find-files.js";

/** Offsets and tree sizes are far from their limits at this size; the largest file seen in packages has 9 MB. */
const MAX_SOURCE_BYTES = 256 * 1024 * 1024;

/** The bytes of a file, or why they cannot be had. */
export type ReadResult = { readonly bytes: Uint8Array } | { readonly problem: string };

/**
 * Reads a file.
 * @param path - absolute
 * @param size - bytes it has, if that is known
 */
export function readSource(path: string, size = 0): ReadResult {
  if (size > MAX_SOURCE_BYTES) {
    return { problem: `the file has ${size} bytes; more than ${MAX_SOURCE_BYTES} are not analysed` };
  }
  try {
    return { bytes: readFileSync(path) };
  } catch (error) {
    return { problem: systemProblem(error) };
  }
}
