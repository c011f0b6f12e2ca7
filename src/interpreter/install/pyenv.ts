import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { commandOnPath, executableIn, pyenvRoot } from "../candidates.js";
import { runCommand } from "../command.js";
import { compareVersions, parseVersion, satisfies } from "../version.js";
import { assertAnswers } from "./http.js";
import {
  failureOf,
  type InstallJob,
  type InstallSource,
  type Obtained,
  SILENCE_MS,
  SourceUnavailable,
} from "./source.js";

/** Definitions whose name ends in t build without the GIL: `3.14.4t`. */
const DEFINITION = /^(\d+\.\d+\.\d+)t$/;
/** A build prints nothing for as long as it compiles. */
const BUILD_SILENCE_MS = 60 * SILENCE_MS;

/** python-build, the part of pyenv that builds a Python from its definition, into nogil's own folder. */
export const pyenv: InstallSource = {
  name: "pyenv",
  async obtain(job: InstallJob): Promise<Obtained> {
    const home = await pythonBuild(job.env);
    const version = await newestDefinition(join(home, "share", "python-build"), job);
    const address = job.env.PYTHON_BUILD_MIRROR_URL ?? (await downloadAddress(home, version));
    if (address !== undefined) await assertAnswers(address, job);
    const folder = join(job.interpretersFolder, `pyenv-${version}t${job.optimize ? "-optimized" : ""}`);
    await rm(folder, { recursive: true, force: true });
    job.progress(`building Python ${version}t with pyenv`);
    try {
      const result = await runCommand(join(home, "bin", "python-build"), [`${version}t`, folder], {
        env: {
          ...job.env,
          PYTHON_BUILD_CACHE_PATH: job.env.PYTHON_BUILD_CACHE_PATH ?? job.workFolder,
          ...(job.optimize ? { PYTHON_CONFIGURE_OPTS: "--enable-optimizations --with-lto" } : {}),
        },
        watch: { firstMs: BUILD_SILENCE_MS, laterMs: BUILD_SILENCE_MS },
        endWithUs: true,
        signal: job.signal,
      });
      if (result.outcome !== "exited" || result.code !== 0)
        throw failureOf("python-build", result, job.reachMs);
      const path = await executableIn(folder);
      if (path === undefined)
        throw new SourceUnavailable("python-build reported success but installed no Python");
      return { folder, executable: path.slice(folder.length + 1), optimized: job.optimize };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  },
};

/** The folder of the python-build plugin. */
async function pythonBuild(env: NodeJS.ProcessEnv): Promise<string> {
  const command = await commandOnPath("pyenv", env);
  const roots = [pyenvRoot(env), ...(command === undefined ? [] : [dirname(dirname(command))])];
  for (const root of roots) {
    const home = join(root, "plugins", "python-build");
    if (await readdir(join(home, "bin")).catch(() => undefined)) return home;
  }
  throw new SourceUnavailable(command === undefined ? "pyenv is not installed" : "pyenv has no python-build");
}

async function newestDefinition(folder: string, job: InstallJob): Promise<string> {
  const versions = (await readdir(folder).catch(() => []))
    .map((name) => DEFINITION.exec(name)?.[1])
    .filter((version) => version !== undefined)
    .filter((version) => satisfies(job.request, { version, freeThreadedBuild: true }))
    .toSorted((left, right) => compareVersions(parseVersion(right)!, parseVersion(left)!));
  const newest = versions[0];
  if (newest === undefined) {
    throw new SourceUnavailable(
      `this pyenv knows no free-threaded Python ${job.request.text}`,
      "update pyenv (`pyenv update`)",
    );
  }
  return newest;
}

/** Where the definition says that the source is. */
async function downloadAddress(home: string, version: string): Promise<string | undefined> {
  const text = await readFile(join(home, "share", "python-build", version), "utf8").catch(() => "");
  return /"(https?:\/\/[^"#]*\/Python-[^"#]*)/.exec(text)?.[1];
}
