import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { InterpreterNotFound, InterpreterUnusable } from "../errors.js";
import { cacheFolder } from "./cache-folder.js";
import { type Interpreter, OLDEST_VERSION } from "./interpreter.js";
import { isScript, PROBE_LIMIT_MS, type ProbeFacts, type ProbeResult, probe } from "./probe.js";
import { ProbeCache, probeKey } from "./probe-cache.js";
import { parseVersion } from "./version.js";

/** The first version of which free-threaded builds exist (PEP 703). */
const FIRST_FREE_THREADED = "3.13";

/** What an inspection needs besides the executable. */
export interface InspectContext {
  readonly env: NodeJS.ProcessEnv;
  readonly cache: ProbeCache;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds one executable may take to answer. */
  readonly limitMs?: number | undefined;
  /** Ask the executable again although it did not answer a little while ago. */
  readonly retryHung?: boolean | undefined;
}

/**
 * Runs an executable once and says what it is.
 *
 * @param path - the executable
 * @param source - recorded in the answer: where it was found
 * @throws {@link InterpreterNotFound} when there is no such file
 * @throws {@link InterpreterUnusable} when it does not start, does not answer like a Python within ten seconds, or
 *   is older than 3.9
 */
export async function inspectInterpreter(path: string, source = "option"): Promise<Interpreter> {
  const cache = new ProbeCache(cacheFolder());
  try {
    const context = { env: process.env, cache, retryHung: true };
    return (await inspect(resolve(path), source, context)).interpreter;
  } finally {
    await cache.save();
  }
}

/** An interpreter, and what tells it from others found under another name. */
export interface Inspected {
  readonly interpreter: Interpreter;
  /** `sys.executable`: where a wrapper script leads to. */
  readonly executable: string | null;
}

/** {@link inspectInterpreter} with the environment and the cache of the caller. */
export async function inspect(path: string, source: string, context: InspectContext): Promise<Inspected> {
  const result = await probeOnce(path, context);
  if ("failure" in result) throw new InterpreterUnusable(path, result.failure);
  const { facts, environment } = result;
  const version = parseVersion(facts.version);
  if (version === undefined)
    throw new InterpreterUnusable(path, `has the unknown version "${facts.version}"`);
  const { major, minor } = OLDEST_VERSION;
  if (version.major < major || (version.major === major && version.minor < minor)) {
    throw new InterpreterUnusable(
      path,
      `is Python ${facts.version}, which is too old: ${major}.${minor} is the oldest that nogil runs`,
    );
  }
  const { gilEnabled, reason } = gilState(facts, context.env.PYTHON_GIL);
  const interpreter = {
    path,
    version: facts.version,
    implementation: facts.implementation,
    freeThreadedBuild: facts.freeThreadedBuild,
    gilEnabled,
    reason,
    abi: facts.abi,
    prefix: facts.prefix,
    basePrefix: facts.basePrefix,
    libpython: facts.libpython,
    environment,
    source,
  };
  return { interpreter, executable: facts.executable };
}

async function probeOnce(path: string, context: InspectContext): Promise<ProbeResult> {
  const { env, cache, signal, limitMs = PROBE_LIMIT_MS } = context;
  const real = await realpath(path).catch(() => undefined);
  const file = real === undefined ? undefined : await stat(real);
  if (real === undefined || file === undefined)
    throw new InterpreterNotFound(`${path} does not exist`, [path]);
  if (!file.isFile()) return { failure: "is not a file", hung: false };
  const key = await probeKey(path, real, env);
  const kept = await cache.get(key);
  if (kept !== undefined && !("failure" in kept && context.retryHung)) return kept;
  const result = await probe(path, env, limitMs, signal);
  // A wrapper starts another Python when its configuration changes, and its own file stays as it is.
  if ("failure" in result || !(await isScript(real))) await cache.set(key, path, result);
  return result;
}

/**
 * Whether a fresh process of this Python has the GIL, and why. The probe ran without `PYTHON_GIL`, so that variable
 * is accounted for here; its rules are those of `config_read_gil` in CPython's Python/initconfig.c.
 */
export function gilState(
  facts: Pick<ProbeFacts, "freeThreadedBuild" | "gilEnabled" | "version">,
  variable: string | undefined,
): { gilEnabled: boolean; reason: string } {
  if (!facts.freeThreadedBuild) {
    const version = parseVersion(facts.version);
    const tooEarly = version !== undefined && version.major === 3 && version.minor < 13;
    const why = tooEarly
      ? `Python ${facts.version} always has the GIL; free-threaded builds exist from ${FIRST_FREE_THREADED} on`
      : "this build has the GIL (it was not configured with --disable-gil)";
    const fatal =
      variable === "0" && !tooEarly
        ? "; PYTHON_GIL=0 is set, and this build refuses to start with it: unset it"
        : "";
    return { gilEnabled: true, reason: why + fatal };
  }
  switch (variable) {
    case undefined:
    case "":
      return facts.gilEnabled
        ? {
            gilEnabled: true,
            reason:
              "free-threaded build, but a module imported at start-up (a .pth file) switched the GIL on",
          }
        : { gilEnabled: false, reason: "free-threaded build" };
    case "0":
      return { gilEnabled: false, reason: "free-threaded build, and PYTHON_GIL=0 keeps the GIL off" };
    case "1":
      return {
        gilEnabled: true,
        reason: "free-threaded build, but PYTHON_GIL=1 switches the GIL on: unset it",
      };
    default:
      return {
        gilEnabled: facts.gilEnabled,
        reason: `free-threaded build; PYTHON_GIL is "${variable}", with which it refuses to start: set 0 or 1, or unset it`,
      };
  }
}
