import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Fewer new bytes than this are lock files and notes, written before the first connection is tried. */
const SIGN_BYTES = 16 * 1024;
/** Deep enough to see a download, or the first files of an unpacking. */
const DEPTH = 3;

/**
 * Tells whether a folder has grown since it last said so: many downloads print nothing while they run, but their
 * files grow.
 */
export function growthOf(folder: string): () => boolean {
  let before = bytesIn(folder, DEPTH);
  return () => {
    const now = bytesIn(folder, DEPTH);
    const grew = now >= before + SIGN_BYTES;
    if (grew || now < before) before = now;
    return grew;
  };
}

function bytesIn(folder: string, depth: number): number {
  let total = 0;
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return 0;
  }
  for (const name of names) {
    const entry = statSync(join(folder, name), { throwIfNoEntry: false });
    if (entry?.isFile()) total += entry.size;
    else if (entry?.isDirectory() && depth > 0) total += bytesIn(join(folder, name), depth - 1);
  }
  return total;
}
