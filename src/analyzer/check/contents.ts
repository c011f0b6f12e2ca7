/**
 * Fingerprints of files, without reading those that cannot have changed since an earlier run: the same inode, size and
 * time of change. As in git's index, a file that changed just before it was read is read again, because a second change
 * within the same tick of the clock would leave its stamp as it is.
 */
import { contentFingerprint, type KeptContent } from "../cache/index.js";
import { type FoundFile, readSource } from "../source/index.js";

/** Longer than a tick of any file system's clock (FAT: two seconds). */
const SETTLED_MS = 3_000;

/** Contents by path; of a file that cannot be read, why. */
export function contentsOf(
  files: readonly FoundFile[],
  known: ReadonlyMap<string, KeptContent>,
): Map<string, KeptContent> {
  const now = Date.now();
  return new Map(files.map((file) => [file.path, contentOf(file, known.get(file.path), now)]));
}

function contentOf(file: FoundFile, kept: KeptContent | undefined, now: number): KeptContent {
  if (kept !== undefined && kept.stamp === file.stamp) return kept;
  const read = readSource(file.absolute, file.size);
  const content = "bytes" in read ? contentFingerprint(read.bytes) : read.problem;
  return { content, stamp: now - file.changedAt > SETTLED_MS ? file.stamp : "" };
}
