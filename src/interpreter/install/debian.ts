import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commandOnPath } from "../candidates.js";
import { runCommand } from "../command.js";
import { compareVersions, parseVersion, satisfies } from "../version.js";
import { aptFailure, machineSources, PrivateApt } from "./apt.js";
import { type AptSource, parseStanzas } from "./apt-sources.js";
import { buildFromArchive } from "./build.js";
import { assertBuildTools } from "./build-tools.js";
import { developmentFiles } from "./development-files.js";
import { distributionSources, mainArchive, readRelease, sourceSuites } from "./distribution.js";
import { sha256Of } from "./download.js";
import {
  failureOf,
  type InstallJob,
  type InstallSource,
  type Obtained,
  SILENCE_MS,
  SourceUnavailable,
} from "./source.js";

/** A source package as the archive's signed index describes it. */
interface SourcePackage {
  readonly name: string;
  /** The distribution's version, `3.13.5-2+deb13u5`. */
  readonly debianVersion: string;
  /** CPython's version, `3.13.5`. */
  readonly version: string;
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[];
}

/** Minor versions that are asked for; free-threaded builds begin with 13, and one more a year is to come. */
const MINORS = Array.from({ length: 12 }, (_, index) => 13 + index);
/** Written beside a complete download, so that the next attempt needs no network. */
const DOWNLOADED = "downloaded.json";

/**
 * CPython from the source package of the distribution (Debian and its relatives): the unchanged source of upstream
 * with the distribution's security patches, checked by apt against the archive's signature, built without the GIL.
 */
export const debian: InstallSource = {
  name: "debian",
  async obtain(job: InstallJob): Promise<Obtained> {
    if ((await commandOnPath("apt-get", job.env)) === undefined) {
      throw new SourceUnavailable("no apt: this is not Debian or one of its relatives");
    }
    await assertBuildTools(job.env, ["cc", "make", "tar", "xz", "patch"]);
    await mkdir(job.workFolder, { recursive: true });
    const kept = await keptDownload(job);
    const { source, folder } = kept ?? (await fetchSource(job));
    const archive = fileLike(source, /\.orig\.tar\.\w+$/);
    const packaging = fileLike(source, /\.debian\.tar\.\w+$/);
    const flags = await developmentFiles(job);
    const patches =
      packaging === undefined ? [] : await securityPatches(join(folder, packaging), folder, job);
    if (archive === undefined) throw new SourceUnavailable(`${source.name} has no source archive`);
    return buildFromArchive(
      { archive: join(folder, archive), version: source.version, origin: "debian", patches, flags },
      job,
    );
  },
};

function fileLike(source: SourcePackage, pattern: RegExp): string | undefined {
  return source.files.find(({ name }) => pattern.test(name))?.name;
}

/** Finds the newest fitting source package and fetches it. */
async function fetchSource(job: InstallJob): Promise<{ source: SourcePackage; folder: string }> {
  const release = await readRelease(job.env);
  const configured = distributionSources(await machineSources(job.env), release);
  const main = mainArchive(configured, release);
  if (main === undefined) throw new SourceUnavailable("apt has no archive of the distribution configured");
  job.progress("reading the distribution's list of sources");
  const seen: string[] = [];
  for (const suite of sourceSuites(release)) {
    const archive: AptSource = { ...main, suite, components: ["main"] };
    const apt = new PrivateApt(join(job.workFolder, `apt-${suite}`), job);
    await apt.update([archive], "deb-src");
    const packages = await sourcePackages(apt, job);
    const newest = newestFitting(packages, job);
    seen.push(...packages.map(({ version }) => `${version} in ${suite}`));
    if (newest !== undefined) return { source: newest, folder: await fetchPackage(apt, newest, job) };
  }
  throw new SourceUnavailable(
    `the distribution has no source of a Python that fits (it has ${seen.join(", ") || "none from 3.13 on"})`,
  );
}

async function sourcePackages(apt: PrivateApt, job: InstallJob): Promise<SourcePackage[]> {
  const names = MINORS.map((minor) => `python3.${minor}`);
  const { stdout } = await apt.run("apt-cache", ["showsrc", "--only-source", ...names], job.workFolder);
  return parseStanzas(stdout).flatMap((stanza) => {
    const name = stanza.get("package") ?? "";
    const debianVersion = stanza.get("version") ?? "";
    // "3.13.5-2+deb13u5", "3.15.0~rc1-1": an epoch before, the revision after, ~ before a pre-release.
    const upstream = debianVersion
      .replace(/^\d+:/, "")
      .replace(/-[^-]*$/, "")
      .replace("~", "");
    const files = (stanza.get("checksums-sha256") ?? "").split("\n").flatMap((line) => {
      const [sha256, size, file] = line.trim().split(/\s+/);
      return sha256 && size && file ? [{ name: file, size: Number(size), sha256 }] : [];
    });
    return names.includes(name) && parseVersion(upstream) !== undefined
      ? [{ name, debianVersion, version: upstream, files }]
      : [];
  });
}

function newestFitting(packages: readonly SourcePackage[], job: InstallJob): SourcePackage | undefined {
  return packages
    .filter(({ version }) => satisfies(job.request, { version, freeThreadedBuild: true }))
    .toSorted((left, right) => compareVersions(parseVersion(right.version)!, parseVersion(left.version)!))[0];
}

/** Fetches a source package; apt checks it against the signed index and continues an interrupted download. */
async function fetchPackage(apt: PrivateApt, source: SourcePackage, job: InstallJob): Promise<string> {
  const folder = join(job.workFolder, `${source.name}_${source.debianVersion.replace(/[^\w.+~-]/g, "_")}`);
  await mkdir(folder, { recursive: true });
  const total = source.files.reduce((sum, { size }) => sum + size, 0);
  const step = `downloading ${source.name} ${source.debianVersion}`;
  const report = async () => {
    const sizes = await Promise.all(
      (await readdir(folder)).map((name) =>
        stat(join(folder, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    job.progress(step, Math.min(1, sizes.reduce((sum, size) => sum + size, 0) / total));
  };
  const timer = setInterval(() => void report().catch(() => {}), 200);
  try {
    const args = ["source", "--download-only", "--only-source", `${source.name}=${source.debianVersion}`];
    const result = await apt.run("apt-get", args, folder, { firstMs: SILENCE_MS, laterMs: SILENCE_MS });
    if (result.outcome !== "exited" || result.code !== 0)
      throw aptFailure("apt-get source", result, SILENCE_MS);
  } finally {
    clearInterval(timer);
  }
  await writeFile(join(job.workFolder, DOWNLOADED), JSON.stringify({ source, folder }));
  return folder;
}

/** What an earlier attempt downloaded, when it fits and every file is still what the signed index said. */
async function keptDownload(job: InstallJob): Promise<{ source: SourcePackage; folder: string } | undefined> {
  try {
    const kept = JSON.parse(await readFile(join(job.workFolder, DOWNLOADED), "utf8")) as {
      source: SourcePackage;
      folder: string;
    };
    if (!satisfies(job.request, { version: kept.source.version, freeThreadedBuild: true })) return undefined;
    for (const { name, sha256 } of kept.source.files) {
      if ((await sha256Of(join(kept.folder, name))) !== sha256) return undefined;
    }
    return kept;
  } catch {
    return undefined;
  }
}

/**
 * The patches of the distribution that come from CPython itself, in their order: security fixes and other repairs.
 * Its own changes (where packages are installed, what is split off) are left out, since they belong to its build.
 */
async function securityPatches(packaging: string, folder: string, job: InstallJob): Promise<string[]> {
  const unpacked = join(folder, "packaging");
  await rm(unpacked, { recursive: true, force: true });
  await mkdir(unpacked, { recursive: true });
  const result = await runCommand("tar", ["-xf", packaging, "-C", unpacked, "debian/patches"], {
    env: job.env,
    signal: job.signal,
  });
  if (result.code !== 0) throw failureOf("tar", result, job.reachMs);
  const patches = join(unpacked, "debian", "patches");
  const series = await readFile(join(patches, "series"), "utf8").catch(() => "");
  const chosen: string[] = [];
  for (const line of series.split("\n")) {
    const name = line.replace(/#.*/, "").trim().split(/\s+/)[0] ?? "";
    if (name === "") continue;
    const header = (await readFile(join(patches, name), "utf8").catch(() => "")).slice(0, 4_000);
    if (/^CVE-/.test(name) || /^(?:Subject:.*\bgh-\d+|Origin: *(?:upstream|backport))/m.test(header)) {
      chosen.push(join(patches, name));
    }
  }
  return chosen;
}
