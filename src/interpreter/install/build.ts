import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import { runCommand } from "../command.js";
import { allowedCores } from "../cores.js";
import { type BuildFlags, NEEDED_MODULES } from "./development-files.js";
import { failureOf, type InstallJob, type Obtained, SourceUnavailable } from "./source.js";

/**
 * Builds a free-threaded CPython from its source archive: unpack, patch, configure, make, install into a staging
 * folder. Each finished step leaves a trace, and an attempt that was killed is continued after it.
 */

/** What to build. */
export interface Recipe {
  readonly archive: string;
  readonly version: string;
  /** Where the archive comes from, for the folder's name. */
  readonly origin: string;
  /** Patch files, applied in this order with `patch -p1`. */
  readonly patches: readonly string[];
  readonly flags: BuildFlags;
}

/** What CPython 3.13 needs; other versions are near it. Tests are compiled for the training of an optimised build. */
const EXPECTED_CHECKS = 756;
const EXPECTED_OBJECTS = 281;
const EXPECTED_OBJECTS_OPTIMIZED = 2 * 352;
/**
 * -O3 as CPython chooses itself, without -g: debug information costs a fifth of the compile time and nothing at run
 * time. Tests, Tk and the static library are left out because no worker uses them.
 */
const OPTIMIZATION = "-DNDEBUG -fwrapv -O3 -Wall";
/** What the profile-guided build is trained with: a part of CPython's own choice that takes a tenth of its time. */
const TRAINING = [
  "test_array test_base64 test_binascii test_bytes test_collections test_dataclasses test_datetime test_decimal",
  "test_dict test_float test_functools test_generators test_heapq test_itertools test_json test_long test_marshal",
  "test_math test_ordered_dict test_pickle test_re test_set test_sqlite3 test_statistics test_struct test_tokenize",
].join(" ");
/** Files written this close to the last one of a killed build may be half written. */
const SUSPECT_MS = 5_000;
/** What a build writes and make judges by its date alone. */
const OUTPUT = /\.(?:o|a|so|gcda)$|(?:^|\/)(?:python|_bootstrap_python|_freeze_module)$/;

/** Builds and returns a staged installation. */
export async function buildFromArchive(recipe: Recipe, job: InstallJob): Promise<Obtained> {
  if (/\s/.test(job.workFolder)) {
    throw new SourceUnavailable(
      `CPython cannot be built in a folder with spaces in its name (${job.workFolder})`,
      "set XDG_CACHE_HOME to a folder without",
    );
  }
  const name = `cpython-${recipe.version}t-${recipe.origin}${job.optimize ? "-optimized" : ""}`;
  const prefix = join(job.interpretersFolder, name);
  const work = join(job.workFolder, name);
  await mkdir(work, { recursive: true });
  const source = await unpack(recipe, work, job);
  const build = join(work, "build");
  const resumed = await configure(source, build, prefix, recipe.flags, job);
  try {
    await compile(build, recipe.flags, resumed, job);
  } catch (error) {
    if (!resumed || job.signal?.aborted) throw error;
    // What the killed attempt left behind does not build: begin again.
    await rm(build, { recursive: true, force: true });
    await configure(source, build, prefix, recipe.flags, job);
    await compile(build, recipe.flags, false, job);
  }
  const stage = join(work, "stage");
  await install(source, build, stage, recipe.flags, job);
  const staged = join(stage, prefix);
  if (recipe.flags.runtime !== undefined) {
    await cp(recipe.flags.runtime, join(staged, RUNTIME_FOLDER), { recursive: true, verbatimSymlinks: true });
  }
  await assertComplete(staged, job);
  return { folder: prefix, staged, executable: "bin/python3", optimized: job.optimize };
}

/** Where libraries that the machine lacks are kept inside the installation. */
const RUNTIME_FOLDER = join("lib", "nogil-runtime");

async function unpack({ archive, patches }: Recipe, work: string, job: InstallJob): Promise<string> {
  const source = join(work, "source");
  if (await exists(source)) return source;
  job.progress(`unpacking ${basename(archive)}`);
  const temporary = join(work, "unpacking");
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary);
  const unpacked = await runCommand("tar", ["-xf", archive, "-C", temporary], {
    env: job.env,
    endWithUs: true,
    signal: job.signal,
  });
  if (unpacked.code !== 0) throw failureOf("tar", unpacked, job.reachMs);
  const [top] = await readdir(temporary);
  const tree = join(temporary, top ?? "");
  for (const [index, patch] of patches.entries()) {
    job.progress("applying security patches", index / patches.length);
    await applyPatch(tree, patch, job);
  }
  await rename(tree, source);
  return source;
}

/** A patch that does not fit is an error: leaving a security fix out in silence is worse. */
async function applyPatch(tree: string, patch: string, job: InstallJob): Promise<void> {
  const args = ["-p1", "--force", "--silent", "--no-backup-if-mismatch", "-d", tree, "-i", patch];
  const result = await runCommand("patch", args, { env: job.env, endWithUs: true, signal: job.signal });
  if (result.code !== 0) {
    throw new SourceUnavailable(
      `the patch ${basename(patch)} does not apply: ${result.stdout.slice(0, 200)}`,
    );
  }
}

/** Configures unless that is done; true when an earlier attempt's build folder is continued. */
async function configure(
  source: string,
  build: string,
  prefix: string,
  flags: BuildFlags,
  job: InstallJob,
): Promise<boolean> {
  const runtimePath = flags.runtime === undefined ? "" : `-Wl,-rpath,${join(prefix, RUNTIME_FOLDER)}`;
  const args = [
    "--disable-gil",
    `--prefix=${prefix}`,
    "--with-ensurepip=no",
    "--without-static-libpython",
    ...(job.optimize ? ["--enable-optimizations"] : ["--disable-test-modules"]),
    ...(flags.openssl === undefined ? [] : [`--with-openssl=${flags.openssl}`]),
    `OPT=${OPTIMIZATION}`,
    "py_cv_module__tkinter=n/a",
    ...assignment("CPPFLAGS", [flags.cppflags, job.env.CPPFLAGS]),
    ...assignment("LDFLAGS", [flags.ldflags, runtimePath, job.env.LDFLAGS]),
  ];
  const stamp = join(build, "nogil-configured.json");
  const recorded = JSON.stringify(args);
  if ((await readFile(stamp, "utf8").catch(() => "")) === recorded) return true;
  await rm(build, { recursive: true, force: true });
  await mkdir(build, { recursive: true });
  let checks = 0;
  const result = await runCommand(join(source, "configure"), args, {
    env: buildEnvironment(job, flags),
    cwd: build,
    endWithUs: true,
    signal: job.signal,
    onOutput: (text) => {
      checks += text.split("checking ").length - 1;
      job.progress("configuring", Math.min(0.99, checks / EXPECTED_CHECKS));
    },
  });
  if (result.code !== 0) {
    const noHeaders = /cannot create executables|cannot compute suffix/.test(result.stderr);
    throw noHeaders
      ? new SourceUnavailable(
          "the C compiler makes no programs, probably because the C library's headers are missing",
          "run `apt-get install libc6-dev`",
        )
      : failureOf("configure", result, job.reachMs);
  }
  await writeFile(stamp, recorded);
  return false;
}

async function compile(build: string, flags: BuildFlags, resumed: boolean, job: InstallJob): Promise<void> {
  const stamp = join(build, "nogil-made");
  if (await exists(stamp)) return;
  let objects = resumed ? await keepWholeObjects(build) : 0;
  const expected = job.optimize ? EXPECTED_OBJECTS_OPTIMIZED : EXPECTED_OBJECTS;
  const result = await runCommand(
    "make",
    [`-j${jobs()}`, ...(job.optimize ? [`PROFILE_TASK=-m test --pgo ${TRAINING}`] : [])],
    {
      env: buildEnvironment(job, flags),
      cwd: build,
      endWithUs: true,
      signal: job.signal,
      onOutput: (text) => {
        objects += text.match(/ -o \S+\.o\b/g)?.length ?? 0;
        job.progress("compiling", Math.min(0.99, objects / expected));
      },
    },
  );
  if (result.code !== 0) throw failureOf("make", result, job.reachMs);
  await writeFile(stamp, "");
}

async function install(
  source: string,
  build: string,
  stage: string,
  flags: BuildFlags,
  job: InstallJob,
): Promise<void> {
  job.progress("installing");
  await rm(stage, { recursive: true, force: true });
  const wheels = await readdir(join(source, "Lib", "ensurepip", "_bundled")).catch(() => []);
  const pip = wheels.some((wheel) => wheel.startsWith("pip-")) ? "install" : "no";
  const args = ["install", `DESTDIR=${stage}`, `ENSUREPIP=${pip}`, `COMPILEALL_OPTS=-j${jobs()}`];
  const result = await runCommand("make", args, {
    env: buildEnvironment(job, flags),
    cwd: build,
    endWithUs: true,
    signal: job.signal,
  });
  if (result.code !== 0) throw failureOf("make install", result, job.reachMs);
}

async function assertComplete(staged: string, job: InstallJob): Promise<void> {
  job.progress("checking the modules");
  const program = NEEDED_MODULES.map((name) => `import ${name}`).join("; ");
  const env = Object.fromEntries(Object.entries(job.env).filter(([name]) => !name.startsWith("PYTHON")));
  const result = await runCommand(join(staged, "bin", "python3"), ["-c", program], {
    env: { ...env, LD_LIBRARY_PATH: join(staged, RUNTIME_FOLDER) },
    signal: job.signal,
  });
  if (result.code !== 0) throw failureOf("the new Python", result, job.reachMs);
}

/**
 * After a kill, an object file may be half written and yet look finished to make. Those written last are deleted;
 * returns how many are kept.
 */
async function keepWholeObjects(build: string): Promise<number> {
  const outputs: { path: string; time: number }[] = [];
  for (const name of await readdir(build, { recursive: true })) {
    if (!OUTPUT.test(name)) continue;
    const path = join(build, name);
    outputs.push({ path, time: (await stat(path)).mtimeMs });
  }
  const last = Math.max(...outputs.map(({ time }) => time));
  const suspect = outputs.filter(({ time }) => time >= last - SUSPECT_MS);
  await Promise.all(suspect.map(({ path }) => rm(path)));
  return outputs.length - suspect.length;
}

/** Without variables that would steer the freshly built Python or a `make` that we are called from. */
function buildEnvironment(job: InstallJob, flags: BuildFlags): NodeJS.ProcessEnv {
  const kept = Object.entries(job.env).filter(
    ([name]) => !/^(?:PYTHON|MAKE|MFLAGS$|DESTDIR$|CPPFLAGS$|LDFLAGS$|OPT$|LC_|LANG)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: "C",
    ...(flags.runtime === undefined ? {} : { LD_LIBRARY_PATH: flags.runtime }),
  };
}

function assignment(name: string, parts: readonly (string | undefined)[]): string[] {
  const value = parts.filter((part) => part !== undefined && part !== "").join(" ");
  return value === "" ? [] : [`${name}=${value}`];
}

function jobs(): number {
  return Math.max(1, Math.min(cpus().length || 1, Math.ceil(allowedCores().allowed)));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
