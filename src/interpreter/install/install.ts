import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { InstallFailed, InvalidOption } from "../../errors.js";
import { cacheFolder } from "../cache-folder.js";
import { howToInstallByHand } from "../how-to-install.js";
import { inspect } from "../inspect.js";
import type { Interpreter } from "../interpreter.js";
import { ProbeCache } from "../probe-cache.js";
import { installations, interpretersFolder, markFinished, readInstallation } from "../store.js";
import {
  compareVersions,
  parseVersion,
  parseVersionRequest,
  satisfies,
  type VersionRequest,
} from "../version.js";
import { conda } from "./conda.js";
import { debian } from "./debian.js";
import { acquireLock } from "./lock.js";
import { pyenv } from "./pyenv.js";
import { pythonOrg } from "./python-org.js";
import { type InstallJob, type InstallSource, type Obtained, SourceUnavailable } from "./source.js";
import { uv } from "./uv.js";

/** What to install, and how. */
export interface InstallOptions {
  /** `"3.14t"`, `"3.13"`, `">=3.13"`; always a free-threaded build. @default the newest that the first source gives */
  readonly version?: string | undefined;
  /** Build with profile-guided optimisation where a source builds: slower to make, faster to run. @default false */
  readonly optimize?: boolean;
  /** @default the user's cache folder */
  readonly cacheDir?: string | undefined;
  /** Which sources to try, in this order. @default NOGIL_INSTALL_SOURCES, else uv, conda, pyenv, python.org, debian */
  readonly sources?: readonly string[] | undefined;
  readonly onProgress?: ((progress: InstallProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

/** What is being done. */
export interface InstallProgress {
  /** The source that is being tried. */
  readonly source: string;
  /** What it does, in a few words: "compiling". */
  readonly step: string;
  /** How much of the step is done, from 0 to 1; null where the end is not known. */
  readonly fraction: number | null;
}

/** Ready-made builds first, then builds from source, the most specific last. */
const SOURCES: readonly InstallSource[] = [uv, conda, pyenv, pythonOrg, debian];
const SOURCE_NAMES = SOURCES.map(({ name }) => name);
/** A source that does not answer within this is given up. `NOGIL_INSTALL_REACH_MS` changes it. */
const REACH_MS = 5_000;

/** See install-interpreter.ts, which is the door to this. */
export async function install(options: InstallOptions): Promise<Interpreter> {
  const plan = resolveOptions(options);
  const { cache, signal } = plan;
  const present = await installed(plan);
  if (present !== undefined) return present;
  await mkdir(interpretersFolder(cache), { recursive: true });
  const lock = await acquireLock(
    join(cache, "install-lock"),
    (pid) =>
      plan.report({
        source: "nogil",
        step: `waiting for process ${pid}, which is installing`,
        fraction: null,
      }),
    signal,
  );
  try {
    // Somebody else may have installed it while we waited.
    return (await installed(plan)) ?? (await installFromFirst(plan));
  } finally {
    await lock.release();
  }
}

interface Plan {
  readonly request: VersionRequest;
  readonly optimize: boolean;
  readonly cache: string;
  readonly sources: readonly InstallSource[];
  readonly env: NodeJS.ProcessEnv;
  readonly reachMs: number;
  readonly report: (progress: InstallProgress) => void;
  readonly signal: AbortSignal | undefined;
}

async function installFromFirst(plan: Plan): Promise<Interpreter> {
  const attempts: { source: string; reason: string }[] = [];
  let remedy = "";
  for (const source of plan.sources) {
    plan.signal?.throwIfAborted();
    const job = jobFor(source, plan);
    try {
      const obtained = await source.obtain(job);
      const interpreter = await publish(source, obtained, plan);
      await rm(workFolder(plan.cache), { recursive: true, force: true });
      return interpreter;
    } catch (error) {
      plan.signal?.throwIfAborted();
      attempts.push({ source: source.name, reason: reasonOf(error) });
      // Later sources need more; what helps the last one helps those before it.
      if (error instanceof SourceUnavailable && error.remedy !== undefined)
        remedy = `To go on: ${error.remedy}. `;
    }
  }
  const list = attempts.map(({ source, reason }) => `\n  ${source}: ${reason}`).join("");
  throw new InstallFailed(
    `no source could deliver a free-threaded Python${wanted(plan.request)}:${list}\n${remedy}${howToInstallByHand()}`,
    attempts,
  );
}

/** The version asked for with a space before it; nothing when any will do. */
function wanted(request: VersionRequest): string {
  return request.clauses.length === 0 ? "" : ` ${request.text}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof SourceUnavailable) {
    return error.remedy === undefined ? error.message : `${error.message}: ${error.remedy}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Makes a complete installation visible: it must answer first, and the mark and the move come last. */
async function publish(source: InstallSource, obtained: Obtained, plan: Plan): Promise<Interpreter> {
  const { folder, staged = folder, executable, optimized } = obtained;
  const context = { env: plan.env, cache: new ProbeCache(plan.cache), signal: plan.signal, retryHung: true };
  try {
    const { interpreter } = await inspect(join(staged, executable), "nogil cache", context);
    const { version } = interpreter;
    if (!interpreter.freeThreadedBuild)
      throw new SourceUnavailable(`${source.name} delivered a build with the GIL`);
    if (!satisfies(plan.request, interpreter)) {
      throw new SourceUnavailable(`${source.name} delivered Python ${version}, not${wanted(plan.request)}`);
    }
    await markFinished(staged, { executable, version, source: source.name, optimized });
  } catch (error) {
    await rm(staged, { recursive: true, force: true });
    throw error;
  }
  if (staged !== folder) {
    await rm(folder, { recursive: true, force: true });
    await rename(staged, folder);
  }
  const { interpreter } = await inspect(join(folder, executable), "nogil cache", context);
  await context.cache.save();
  return interpreter;
}

/** The newest fitting installation in the cache that still works. */
async function installed(plan: Plan): Promise<Interpreter | undefined> {
  const cache = new ProbeCache(plan.cache);
  const fitting = (await installations(plan.cache))
    .filter(({ mark }) => satisfies(plan.request, { version: mark.version, freeThreadedBuild: true }))
    .filter(({ mark }) => mark.optimized || !plan.optimize)
    .toSorted((left, right) => byVersion(right.mark.version, left.mark.version));
  for (const { folder, mark } of fitting) {
    const path = join(folder, mark.executable);
    const answer = await inspect(path, "nogil cache", { env: plan.env, cache, signal: plan.signal }).catch(
      () => undefined,
    );
    if (answer?.interpreter.freeThreadedBuild && (await readInstallation(folder)) !== undefined) {
      await cache.save();
      return answer.interpreter;
    }
  }
  return undefined;
}

function byVersion(left: string, right: string): number {
  const [first, second] = [parseVersion(left), parseVersion(right)];
  return first === undefined || second === undefined ? 0 : compareVersions(first, second);
}

function jobFor(source: InstallSource, plan: Plan): InstallJob {
  return {
    request: plan.request,
    optimize: plan.optimize,
    interpretersFolder: interpretersFolder(plan.cache),
    workFolder: join(workFolder(plan.cache), source.name),
    env: withoutPython(plan.env),
    reachMs: plan.reachMs,
    signal: plan.signal,
    progress: (step, fraction = null) => plan.report({ source: source.name, step, fraction }),
  };
}

/** Variables that steer any Python that is started: conda's own, or the one just built, would follow them. */
const STEERING = /^PYTHON(?:HOME|PATH|_GIL|STARTUP|PLATLIBDIR|EXECUTABLE|INSPECT|WARNINGS|DEVMODE|SAFEPATH)$/;

function withoutPython(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !STEERING.test(name)));
}

/** Downloads and half-done builds of all sources. Only the holder of the lock touches it. */
function workFolder(cache: string): string {
  return join(cache, "work");
}

function resolveOptions(options: InstallOptions): Plan {
  const { version = "t", optimize = false, cacheDir, onProgress, signal, env = process.env } = options;
  const listed = env.NOGIL_INSTALL_SOURCES?.split(",").map((name) => name.trim());
  const names = options.sources ?? (listed?.some((name) => name !== "") ? listed : SOURCE_NAMES);
  const sources = names.map((name) => {
    const source = SOURCES.find((candidate) => candidate.name === name);
    if (source === undefined) throw new InvalidOption("sources", name, `one of ${SOURCE_NAMES.join(", ")}`);
    return source;
  });
  if (sources.length === 0) throw new InvalidOption("sources", names, "at least one source");
  if (typeof optimize !== "boolean") throw new InvalidOption("optimize", optimize, "true or false");
  const reach = Number(env.NOGIL_INSTALL_REACH_MS);
  return {
    request: { ...parseVersionRequest(version), freeThreaded: true },
    optimize,
    cache: cacheDir ?? cacheFolder(env),
    sources,
    env,
    reachMs: reach > 0 ? reach : REACH_MS,
    report: onProgress ?? (() => {}),
    signal,
  };
}
