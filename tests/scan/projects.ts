/** Projects written into a folder of their own, and what a scan of their files finds. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { type ScanOptions, type ScanReport, scan } from "../../src/scan/index.js";

export type Files = Readonly<Record<string, string | Uint8Array>>;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The folder of a new project. */
export function projectOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "nogil-scan-"));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** A scan of the files alone. */
export function scanFiles(files: Files, options: ScanOptions = {}): Promise<ScanReport> {
  return scan({ path: projectOf(files), check: false, environment: false, ...options });
}

/** What a rule says about them: `file:line message`. */
export async function found(rule: string, files: Files, options: ScanOptions = {}): Promise<string[]> {
  const { packaging } = await scanFiles(files, options);
  return packaging.filter((one) => one.rule === rule).map((one) => `${one.path}:${one.line} ${one.message}`);
}
