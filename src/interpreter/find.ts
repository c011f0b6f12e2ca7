import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InterpreterNotFound, InterpreterUnusable, InvalidOption } from "../errors.js";
import { cacheFolder } from "./cache-folder.js";
import { type Candidate, inConda, inFrameworks, inPyenv, inUv, onPath } from "./candidates.js";
import { howToInstall } from "./how-to-install.js";
import { type InspectContext, type Inspected, inspect } from "./inspect.js";
import { type Interpreter, OLDEST_VERSION, type Rejected } from "./interpreter.js";
import { ProbeCache } from "./probe-cache.js";
import { inStore } from "./store.js";
import { compareVersions, parseVersion, satisfies, type VersionRequest } from "./version.js";
import { asker, firstWish, VENV_SOURCES, venvCandidates, type Wish, type WishPlaces } from "./wish.js";

/**
 * Finds interpreters and chooses one. Where somebody asked for a Python (wish.ts) the first wish wins as it is; among
 * those that merely are there (on PATH, in pyenv, uv, conda, our cache) the most suitable wins.
 */

/** What to look for, and where. */
export interface FindOptions {
  /** An executable, a command on PATH, a version request (`"3.14t"`, `">=3.11"`) or a virtual environment. */
  readonly python?: string | undefined;
  /** Where `.venv` and `.python-version` are looked for, with the parents up to the project's root. @default process.cwd() */
  readonly cwd?: string;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Prefer a free-threaded build among those merely found; false takes the newest version. @default true */
  readonly preferFreeThreaded?: boolean;
  readonly signal?: AbortSignal;
}

/** All that was looked at, in order of precedence. */
export interface Found {
  readonly interpreters: Interpreter[];
  readonly rejected: Rejected[];
}

interface ResolvedFindOptions extends WishPlaces {
  readonly preferFreeThreaded: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Probes that run at once; more make a cold search slower on few cores. */
const PROBES_AT_ONCE = 4;

/**
 * Every Python of this machine that works, and those that do not with the reason.
 *
 * @throws {@link InvalidOption} when an option has a value that cannot be meant
 */
export async function findInterpreters(options: FindOptions = {}): Promise<Found> {
  const resolved = resolveOptions(options);
  const unmet: Rejected[] = [];
  const [wish, candidates] = await Promise.all([
    firstWish(resolved).catch((error: unknown) => {
      if (!(error instanceof InterpreterNotFound)) throw error;
      const source = resolved.python === undefined ? "NOGIL_PYTHON" : "option";
      unmet.push({ path: error.searched[0] ?? "", source, reason: error.message });
      return undefined;
    }),
    allCandidates(resolved),
  ]);
  if (wish !== undefined && "candidate" in wish) candidates.unshift(wish.candidate);
  const { interpreters, rejected } = await inspectAll(candidates, resolved);
  return { interpreters, rejected: [...unmet, ...rejected] };
}

/**
 * The Python to use.
 *
 * @throws {@link InterpreterNotFound} when there is none, or none of the version asked for
 * @throws {@link InterpreterUnusable} when the one asked for does not start or is too old
 * @throws {@link InvalidOption} when an option has a value that cannot be meant
 */
export async function chooseInterpreter(options: FindOptions = {}): Promise<Interpreter> {
  const resolved = resolveOptions(options);
  const wish = await firstWish(resolved);
  if (wish !== undefined && "candidate" in wish) {
    const cache = new ProbeCache(cacheFolder(resolved.env));
    const context = { ...inspectContext(resolved, cache), retryHung: true };
    const { path, source } = wish.candidate;
    try {
      return (await inspect(path, source, context)).interpreter;
    } catch (error) {
      throw explainWish(error, wish.candidate);
    } finally {
      await cache.save();
    }
  }
  const found = await inspectAll(await allCandidates(resolved), resolved);
  const suitable = wish === undefined ? found.interpreters : suiting(wish.requests, found.interpreters);
  const best = suitable.toSorted((left, right) => rank(right, left, resolved.preferFreeThreaded))[0];
  if (best === undefined) throw nothingFound(wish, found);
  return wish === undefined ? best : { ...best, source: wish.source };
}

async function allCandidates(options: ResolvedFindOptions): Promise<Candidate[]> {
  const { env, cwd } = options;
  const found = await Promise.all([
    venvCandidates(options),
    onPath(env, cwd),
    inPyenv(env),
    inUv(env),
    inConda(env),
    inFrameworks(),
    inStore(cacheFolder(env)),
  ]);
  return found.flat();
}

async function inspectAll(candidates: readonly Candidate[], options: ResolvedFindOptions): Promise<Found> {
  const cache = new ProbeCache(cacheFolder(options.env));
  const context = inspectContext(options, cache);
  const distinct = await withoutRepeats(candidates);
  const answers: (Inspected | Rejected | undefined)[] = new Array(distinct.length);
  let next = 0;
  const work = async () => {
    for (let index = next++; index < distinct.length; index = next++) {
      const { path, source } = distinct[index]!;
      answers[index] = await inspect(path, source, context).catch((error: unknown) => {
        if (!(error instanceof InterpreterUnusable || error instanceof InterpreterNotFound)) throw error;
        return { path, source, reason: error.message.replace(`${path}: `, "").replace(`${path} `, "") };
      });
    }
  };
  try {
    await Promise.all(Array.from({ length: PROBES_AT_ONCE }, work));
  } finally {
    await cache.save();
  }
  const interpreters = new Map<string, Interpreter>();
  const rejected: Rejected[] = [];
  for (const answer of answers) {
    if (answer === undefined) continue;
    if ("reason" in answer) {
      rejected.push(answer);
      continue;
    }
    // A second look, because a wrapper script is known for what it starts only now.
    const { interpreter, executable } = answer;
    const key = `${await fileIdentity(executable ?? interpreter.path)} ${interpreter.prefix}`;
    if (!interpreters.has(key)) interpreters.set(key, interpreter);
  }
  return { interpreters: [...interpreters.values()], rejected };
}

/** One candidate for each real file, and one for each virtual environment. */
async function withoutRepeats(candidates: readonly Candidate[]): Promise<Candidate[]> {
  const keys = await Promise.all(
    candidates.map(async ({ path }) => {
      const folder = resolve(path, "..", "..");
      const venv = await fileIdentity(join(folder, "pyvenv.cfg"));
      return `${await fileIdentity(path)} ${venv}`;
    }),
  );
  return candidates.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

/** The same for every name of a file, hard links included: `make install` makes `python3.13` one of `python3.13t`. */
async function fileIdentity(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? (path.endsWith("pyvenv.cfg") ? "" : path) : `${found.dev}:${found.ino}`;
}

function suiting(requests: readonly VersionRequest[], interpreters: readonly Interpreter[]): Interpreter[] {
  for (const request of requests) {
    const suitable = interpreters.filter((interpreter) => satisfies(request, interpreter));
    // The packages of a project are in its virtual environment; another Python of that version has none of them.
    const inVenv = suitable.filter(({ source }) => VENV_SOURCES.includes(source));
    if (inVenv.length > 0) return inVenv;
    if (suitable.length > 0) return suitable;
  }
  return [];
}

/** Positive when `left` is the better choice: CPython, free-threaded, a release, newer. */
function rank(left: Interpreter, right: Interpreter, preferFreeThreaded: boolean): number {
  const score = (interpreter: Interpreter) => {
    const version = parseVersion(interpreter.version);
    return (
      (interpreter.implementation === "cpython" ? 4 : 0) +
      (preferFreeThreaded && interpreter.freeThreadedBuild ? 2 : 0) +
      (version?.pre === null ? 1 : 0)
    );
  };
  const [leftVersion, rightVersion] = [parseVersion(left.version), parseVersion(right.version)];
  return (
    score(left) - score(right) ||
    (leftVersion && rightVersion ? compareVersions(leftVersion, rightVersion) : 0)
  );
}

function explainWish(error: unknown, { path, source }: Candidate): unknown {
  if (error instanceof InterpreterUnusable) {
    const reason = error.message.replace(`${path}: `, "");
    return new InterpreterUnusable(path, `asked for by ${asker(source)}, but ${reason}`, { cause: error });
  }
  if (error instanceof InterpreterNotFound) {
    return new InterpreterNotFound(`${path}, asked for by ${asker(source)}, does not exist`, [path]);
  }
  return error;
}

function nothingFound(wish: Wish | undefined, found: Found): InterpreterNotFound {
  const { major, minor } = OLDEST_VERSION;
  const what =
    wish !== undefined && "text" in wish
      ? `no Python ${wish.text} (asked for by ${asker(wish.source)})`
      : `no Python ${major}.${minor} or newer`;
  const here = found.interpreters.map(
    ({ version, freeThreadedBuild, path }) => `${version}${freeThreadedBuild ? "t" : ""} at ${path}`,
  );
  const unusable = found.rejected.map(({ path, reason }) => `${path} ${reason}`);
  const [kind, seen] = here.length > 0 ? ["There is", here] : ["Not usable:", unusable];
  const instead = seen.length === 0 ? "" : `${kind} ${seen.join(", ")}. `;
  return new InterpreterNotFound(
    `${what} on PATH, in pyenv, uv, conda or nogil's cache. ${instead}${howToInstall()}`,
    [...here, ...unusable],
  );
}

function inspectContext(options: ResolvedFindOptions, cache: ProbeCache): InspectContext {
  return { env: options.env, cache, signal: options.signal };
}

function resolveOptions(options: FindOptions): ResolvedFindOptions {
  const { python, cwd = process.cwd(), env = process.env, preferFreeThreaded = true, signal } = options;
  if (python !== undefined && (typeof python !== "string" || python.trim() === "")) {
    throw new InvalidOption(
      "python",
      python,
      'an executable, a virtual environment, or a version such as "3.14t" or ">=3.11"',
    );
  }
  if (typeof cwd !== "string") throw new InvalidOption("cwd", cwd, "a folder");
  return { python: python?.trim(), cwd, env, preferFreeThreaded, signal };
}
