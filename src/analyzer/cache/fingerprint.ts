/** Short names for contents: what decides whether something in the cache is still true. */
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Fast, and nobody gains by making two of his own files collide. */
const CONTENT_ALGORITHM = "sha1";

/** The fingerprint of a file's content. */
export function contentFingerprint(bytes: Uint8Array): string {
  return createHash(CONTENT_ALGORITHM).update(bytes).digest("base64");
}

/** The fingerprint of a list of texts, as a name for a file. */
export function listFingerprint(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest("hex").slice(0, 32);
}

let ownCode: string | undefined;

/**
 * The fingerprint of the analyser itself, by the sizes and dates of its files: after an upgrade, or a change to a rule,
 * nothing that an older one found is believed.
 */
export function analyzerFingerprint(): string {
  ownCode ??= listFingerprint([
    process.version,
    ...codeFiles(dirname(dirname(fileURLToPath(import.meta.url)))),
  ]);
  return ownCode;
}

function codeFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return codeFiles(path);
      const { size, mtimeMs } = statSync(path);
      return /\.[jt]s$/.test(entry.name) ? [`${path} ${size} ${mtimeMs}`] : [];
    });
}
