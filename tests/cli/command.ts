/** Runs the real command, `node bin/nogil.js`, as a user does. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const COMMAND = join(ROOT, "bin", "nogil.js");

if (!existsSync(join(ROOT, "dist", "cli", "index.js"))) throw new Error("build first: npx tsc -p .");

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended it. */
  readonly code: number | null;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment; by default that of the tests, without what depends on who runs them. */
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads on stdin; nothing by default. */
  readonly input?: string;
  /** Options of Node itself. */
  readonly node?: readonly string[];
}

/** A command that runs. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone after the tests of this file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nogil-cli-"));
  folders.push(folder);
  return folder;
}

// What these tests learn of this machine does not go into the user's own cache.
const cache = temporaryFolder();

/** Writes a file into a new folder, by default a Python module. */
export function fileWith(content: string, name = "module.py"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** Starts `nogil` with these arguments. */
export function start(args: readonly string[], options: CommandOptions = {}): Running {
  return startProcess(process.execPath, [...(options.node ?? []), COMMAND, ...args], options);
}

/** Starts any program. */
export function startProcess(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Running {
  const env = { ...process.env, NO_COLOR: undefined, XDG_CACHE_HOME: cache };
  const child = spawn(program, args, { cwd: options.cwd, env: options.env ?? env, stdio: "pipe" });
  child.stdin.on("error", () => {}); // it may end before it has read everything
  child.stdin.end(options.input ?? "");
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ stdout, stderr, code }));
  });
  return { process: child, ended };
}

/** Runs `nogil` with these arguments to its end. */
export function nogil(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}

/** The objects of a JSON-lines text. */
export function jsonLines<T>(text: string): T[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
