import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { packageFile } from "../package-root.js";
import { type CommandResult, lastLines, runCommand } from "./command.js";

/**
 * Runs `python/nogil/probe.py` with one executable and reads what it says. What the executable may do instead of
 * answering (hang, print garbage, crash, not be executable at all) becomes one sentence.
 */

/** What the probe prints; see there for each field. */
export interface ProbeFacts {
  readonly version: string;
  readonly implementation: string;
  readonly freeThreadedBuild: boolean;
  readonly gilEnabled: boolean;
  readonly abi: string;
  readonly executable: string | null;
  readonly prefix: string;
  readonly basePrefix: string;
  readonly libpython: string | null;
}

/** The facts and the variables that were needed to get them, or why there are none. */
export type ProbeResult =
  | { readonly facts: ProbeFacts; readonly environment: Readonly<Record<string, string>> }
  | { readonly failure: string; readonly hung: boolean };

/** A Python starts in 0.01 to 0.3 s; on a loaded machine or a cold network disk it takes seconds. */
export const PROBE_LIMIT_MS = 10_000;

/** What a Python answers the probe with. */
export const PROBE_SCRIPT = packageFile("python", "nogil", "probe.py");
const MARK = "nogil-probe:";
const MISSING_LIBRARY = /error while loading shared libraries: (\S+)|Library not loaded: (\S+)/;

/** Starts the executable with the probe, at most `limitMs` long. */
export async function probe(
  path: string,
  env: NodeJS.ProcessEnv,
  limitMs = PROBE_LIMIT_MS,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  const first = await runProbe(path, env, limitMs, signal);
  if (!MISSING_LIBRARY.test(first.stderr)) return read(first, {}, limitMs);
  // A build with a shared library outside the loader's path; its library stands beside it in <prefix>/lib.
  const variable = process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
  const library = join(dirname(dirname(path)), "lib");
  const environment = { [variable]: [library, env[variable]].filter(Boolean).join(":") };
  const second = await runProbe(path, { ...env, ...environment }, limitMs, signal);
  return second.outcome === "exited" && second.code === 0
    ? read(second, environment, limitMs)
    : read(first, {}, limitMs);
}

function runProbe(
  path: string,
  env: NodeJS.ProcessEnv,
  limitMs: number,
  signal?: AbortSignal,
): Promise<CommandResult> {
  // -E: PYTHON_GIL=0 is fatal to a GIL build, PYTHONHOME to another version. -B: probing writes nothing.
  return runCommand(path, ["-E", "-B", PROBE_SCRIPT], { env, timeoutMs: limitMs, signal, cwd: "/" });
}

function read(
  result: CommandResult,
  environment: Readonly<Record<string, string>>,
  limitMs: number,
): ProbeResult {
  if (result.outcome === "timed out") {
    return { failure: `did not answer within ${limitMs / 1000} s`, hung: true };
  }
  if (result.outcome === "not started") return { failure: notStarted(result.error), hung: false };
  const said = lastLines(result.stderr, 2) || lastLines(result.stdout, 2);
  const quoted = said === "" ? "" : `: ${clip(said)}`;
  if (result.code !== 0) {
    const how = result.signal === null ? `exited with code ${result.code}` : `was ended by ${result.signal}`;
    return { failure: `${how}${quoted}`, hung: false };
  }
  const line = result.stdout.split("\n").find((candidate) => candidate.startsWith(MARK));
  const facts = line === undefined ? undefined : parseFacts(line.slice(MARK.length));
  if (facts === undefined) return { failure: `does not answer like a Python${quoted}`, hung: false };
  return { facts, environment };
}

function notStarted(error: NodeJS.ErrnoException | undefined): string {
  switch (error?.code) {
    case "EACCES":
      return "is not executable (permission denied)";
    case "ENOENT":
      return "cannot be started: the file, or the interpreter its first line names, does not exist";
    default:
      return `cannot be started (${error?.code ?? error?.message ?? "unknown error"})`;
  }
}

function parseFacts(json: string): ProbeFacts | undefined {
  try {
    return checkFacts(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/** The value itself when every field of {@link ProbeFacts} is there with its type; kept answers are checked too. */
export function checkFacts(value: unknown): ProbeFacts | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const facts = value as Record<string, unknown>;
  const isText = (name: string) => typeof facts[name] === "string";
  const isFlag = (name: string) => typeof facts[name] === "boolean";
  const isTextOrNull = (name: string) => facts[name] === null || isText(name);
  return ["version", "implementation", "abi", "prefix", "basePrefix"].every(isText) &&
    ["freeThreadedBuild", "gilEnabled"].every(isFlag) &&
    ["executable", "libpython"].every(isTextOrNull)
    ? (value as ProbeFacts)
    : undefined;
}

/** True for a text file with a `#!` line: a wrapper, whose own size and date say nothing of what it starts. */
export async function isScript(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.toString("latin1") === "#!";
  } finally {
    await file.close();
  }
}

function clip(text: string): string {
  const oneLine = text.replace(/\s+/g, " ").trim();
  return oneLine.length > 200 ? `${oneLine.slice(0, 200)}…` : oneLine;
}
