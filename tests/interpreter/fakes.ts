import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll } from "vitest";

// What these tests learn of this machine does not go into the user's own cache.
process.env.XDG_CACHE_HOME = mkdtempSync(join(tmpdir(), "nogil-interpreter-cache-"));
afterAll(() => rmSync(process.env.XDG_CACHE_HOME ?? "", { recursive: true, force: true }));

/** A folder that is gone after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nogil-interpreter-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes an executable shell script. */
export function script(path: string, body: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** What a fake Python says of itself. */
export interface FakePython {
  readonly version?: string;
  readonly freeThreaded?: boolean;
  readonly gilEnabled?: boolean;
  readonly implementation?: string;
}

/** A shell script that answers the probe as a Python with these facts would, and counts its starts in `<path>.starts`. */
export function fakePython(path: string, facts: FakePython = {}): string {
  const { version = "3.13.5", freeThreaded = false, implementation = "cpython" } = facts;
  const answer = {
    version,
    implementation,
    freeThreadedBuild: freeThreaded,
    gilEnabled: facts.gilEnabled ?? !freeThreaded,
    abi: "cp313",
    executable: path,
    prefix: dirname(dirname(path)),
    basePrefix: dirname(dirname(path)),
    libpython: null,
  };
  return script(path, `echo start >> '${path}.starts'\necho 'nogil-probe:${JSON.stringify(answer)}'`);
}

/** How often a fake Python was started. */
export function starts(path: string): number {
  const file = `${path}.starts`;
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
}

/** An environment in which nothing of this machine is found; scripts still find their commands through `/bin/sh`. */
export function emptyEnvironment(home: string, path: readonly string[] = []): NodeJS.ProcessEnv {
  return { HOME: home, PATH: path.join(":"), XDG_CACHE_HOME: join(home, ".cache") };
}

/** Whether a process runs; one that has ended and only waits to be collected does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0] !== "Z";
  } catch {
    return false;
  }
}

/** A source file without imports of its own, compiled for a process that is not under vitest; returns its path. */
export function compiled(source: string, folder: string): string {
  const text = readFileSync(fileURLToPath(new URL(`../../${source}`, import.meta.url)), "utf8");
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const path = join(folder, `${source.replaceAll("/", "-")}.mjs`);
  writeFileSync(path, outputText);
  return path;
}
