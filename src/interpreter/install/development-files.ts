import { cp, lstat, mkdir, readdir, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { commandOnPath } from "../candidates.js";
import { runCommand } from "../command.js";
import { aptFailure, machineSources, PrivateApt } from "./apt.js";
import { findCompiler } from "./build-tools.js";
import { distributionSources, readRelease } from "./distribution.js";
import { failureOf, type InstallJob, SourceUnavailable } from "./source.js";

/**
 * The headers that the modules of a complete Python are compiled with. Where they are missing and the machine has
 * apt, the packages of its own release are fetched into nogil's folder and unpacked there, which needs no root.
 */

/** How the compiler finds headers and libraries that are not where it looks by itself. */
export interface BuildFlags {
  readonly cppflags?: string;
  readonly ldflags?: string;
  /** For `--with-openssl`. */
  readonly openssl?: string;
  /** Folder of shared libraries that the machine lacks; they are installed along with the interpreter. */
  readonly runtime?: string;
}

/** Module of the standard library → header → Debian package of the header. */
const NEEDED: readonly (readonly [module: string, header: string, debian: string])[] = [
  ["ctypes", "ffi.h", "libffi-dev"],
  ["ssl", "openssl/ssl.h", "libssl-dev"],
  ["zlib", "zlib.h", "zlib1g-dev"],
  ["sqlite3", "sqlite3.h", "libsqlite3-dev"],
  ["bz2", "bzlib.h", "libbz2-dev"],
  ["lzma", "lzma.h", "liblzma-dev"],
];

/** Modules without which an installation does not count as complete. */
export const NEEDED_MODULES: readonly string[] = NEEDED.map(([module]) => module);

const MISSING_MARK = "nogil_missing";

/** Makes sure that the headers can be found. */
export async function developmentFiles(job: InstallJob): Promise<BuildFlags> {
  const missing = await missingPackages(job);
  if (missing.length === 0) return {};
  const line = `apt-get install ${missing.join(" ")}`;
  for (const command of ["apt-get", "dpkg-deb"]) {
    if ((await commandOnPath(command, job.env)) !== undefined) continue;
    const modules = NEEDED.filter(([, , name]) => missing.includes(name)).map(([module]) => module);
    throw new SourceUnavailable(
      `the headers for the modules ${modules.join(", ")} are missing`,
      `install the development packages for them (on Debian: \`${line}\`)`,
    );
  }
  const root = join(job.workFolder, "development");
  if (!(await exists(join(root, "complete")))) {
    job.progress(`fetching headers (${missing.join(", ")})`);
    await rm(root, { recursive: true, force: true });
    await fetchPackages(missing, root, job);
    await writeFile(join(root, "complete"), missing.join("\n"));
  }
  const runtime = join(root, "runtime");
  return {
    cppflags: `-I${root}/include`,
    ldflags: `-L${root}/lib`,
    ...(missing.includes("libssl-dev") ? { openssl: root } : {}),
    ...((await readdir(runtime)).length > 0 ? { runtime } : {}),
  };
}

async function missingPackages(job: InstallJob): Promise<string[]> {
  await mkdir(job.workFolder, { recursive: true });
  const file = join(job.workFolder, "headers.c");
  const lines = NEEDED.map(
    ([, header], index) => `#if !__has_include(<${header}>)\n${MISSING_MARK} ${index}\n#endif\n`,
  );
  await writeFile(file, lines.join(""));
  const [compiler = "cc", ...options] = ((await findCompiler(job.env)) ?? "cc").split(/\s+/);
  const flags = (job.env.CPPFLAGS ?? "").split(/\s+/).filter((flag) => flag !== "");
  const result = await runCommand(compiler, [...options, ...flags, "-E", file], {
    env: job.env,
    signal: job.signal,
  });
  if (result.code !== 0) throw failureOf(compiler, result, job.reachMs);
  const found = [...result.stdout.matchAll(new RegExp(`^${MISSING_MARK} (\\d+)`, "gm"))];
  return found.map((match) => NEEDED[Number(match[1])]![2]);
}

async function fetchPackages(packages: readonly string[], root: string, job: InstallJob): Promise<void> {
  const sources = distributionSources(await machineSources(job.env), await readRelease(job.env));
  if (sources.length === 0) {
    throw new SourceUnavailable(
      `the packages ${packages.join(", ")} are missing and apt has no archive configured to fetch them from`,
      `run \`apt-get install ${packages.join(" ")}\``,
    );
  }
  const apt = new PrivateApt(join(job.workFolder, "apt-machine"), job);
  await apt.update(sources, "deb");
  const wanted = await withDependencies(apt, packages, job);
  const archives = join(root, "archives");
  await mkdir(archives, { recursive: true });
  const fetched = await apt.run("apt-get", ["download", ...wanted], archives);
  if (fetched.code !== 0) throw aptFailure("apt-get download", fetched, job.reachMs);
  const unpacked = join(root, "unpacked");
  for (const archive of await readdir(archives)) {
    if (!archive.endsWith(".deb")) continue;
    const result = await runCommand("dpkg-deb", ["-x", join(archives, archive), unpacked], {
      env: job.env,
      signal: job.signal,
    });
    if (result.code !== 0) throw failureOf("dpkg-deb", result, job.reachMs);
  }
  await arrange(root, unpacked);
}

/** The packages and the libraries they need, without those that the machine has in some version. */
async function withDependencies(
  apt: PrivateApt,
  packages: readonly string[],
  job: InstallJob,
): Promise<string[]> {
  const result = await apt.run(
    "apt-get",
    ["install", "-s", "--no-install-recommends", ...packages],
    job.workFolder,
  );
  if (result.code !== 0) return [...packages];
  // "Inst libssl3 [3.0.15] (3.0.17 …)" is an upgrade of what is here; what is here will do.
  const added = [...result.stdout.matchAll(/^Inst (\S+) \((\S+) /gm)].map(
    (match) => `${match[1]}=${match[2]}`,
  );
  return added.length > 0 ? added : [...packages];
}

/**
 * Debian spreads headers and libraries over folders per architecture; configure's `--with-openssl` wants one `include`
 * and one `lib`. A development package's `libffi.so` is a link to a library in another package: it is pointed to
 * where that library is.
 */
async function arrange(root: string, unpacked: string): Promise<void> {
  const include = join(root, "include");
  const lib = join(root, "lib");
  const runtime = join(root, "runtime");
  for (const folder of [include, lib, runtime]) await mkdir(folder, { recursive: true });
  const triplets = new Set<string>();
  for (const base of ["lib", "usr/lib", "usr/include"]) {
    for (const name of await readdir(join(unpacked, base)).catch(() => [])) {
      if (/^[a-z0-9_]+-linux-[a-z0-9]+$/.test(name)) triplets.add(name);
    }
  }
  const copy = (from: string, to: string) =>
    cp(from, to, { recursive: true, verbatimSymlinks: true, force: true }).catch(ignoreAbsent);
  await copy(join(unpacked, "usr/include"), include);
  for (const triplet of triplets) {
    await copy(join(unpacked, "usr/include", triplet), include);
    await copy(join(unpacked, "lib", triplet), lib);
    await copy(join(unpacked, "usr/lib", triplet), lib);
  }
  for (const name of await readdir(lib)) {
    const path = join(lib, name);
    if (!(await lstat(path)).isSymbolicLink() || (await exists(path))) continue;
    const target = basename(await readlink(path));
    await rm(path);
    for (const folder of [...triplets].flatMap((triplet) => [`/lib/${triplet}`, `/usr/lib/${triplet}`])) {
      if (!(await exists(join(folder, target)))) continue;
      await symlink(join(folder, target), path);
      break;
    }
  }
  for (const name of await readdir(lib)) {
    if (/\.so\.[0-9.]+$/.test(name)) await copy(join(lib, name), join(runtime, name));
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
