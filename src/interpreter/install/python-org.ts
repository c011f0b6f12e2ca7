import { join } from "node:path";
import { compareVersions, parseVersion, satisfies } from "../version.js";
import { buildFromArchive } from "./build.js";
import { assertBuildTools } from "./build-tools.js";
import { download } from "./download.js";
import { type InstallJob, type InstallSource, type Obtained, SourceUnavailable } from "./source.js";

/** Where python.org keeps releases; `NOGIL_PYTHON_ORG` names a mirror with the same folders. */
const RELEASES = "https://www.python.org/ftp/python/";

/** SHA-256 of the gzipped source of the releases that nogil has checked, the newest of each series. */
const PINNED: Readonly<Record<string, string>> = {
  "3.14.4": "b4c059d5895f030e7df9663894ce3732bfa1b32cd3ab2883980266a45ce3cb3b",
  "3.13.13": "f9cde7b0e2ec8165d7326e2a0f59ea2686ce9d0c617dbbb3d66a7e54d31b74b9",
};

/** A release of python.org, built here. Only releases whose checksum is known are taken. */
export const pythonOrg: InstallSource = {
  name: "python.org",
  async obtain(job: InstallJob): Promise<Obtained> {
    const version = Object.keys(PINNED)
      .filter((candidate) => satisfies(job.request, { version: candidate, freeThreadedBuild: true }))
      .toSorted((left, right) => compareVersions(parseVersion(right)!, parseVersion(left)!))[0];
    if (version === undefined) {
      const known = Object.keys(PINNED).join(", ");
      throw new SourceUnavailable(`no release ${job.request.text} with a known checksum (known: ${known})`);
    }
    await assertBuildTools(job.env, ["cc", "make", "tar", "gzip"]);
    const base = job.env.NOGIL_PYTHON_ORG ?? RELEASES;
    const name = `Python-${version}.tgz`;
    const archive = join(job.workFolder, name);
    const step = `downloading ${name}`;
    job.progress(step, 0);
    await download(new URL(`${version}/${name}`, base.replace(/\/?$/, "/")).href, archive, PINNED[version]!, {
      env: job.env,
      reachMs: job.reachMs,
      signal: job.signal,
      onFraction: (fraction) => job.progress(step, fraction),
    });
    return buildFromArchive({ archive, version, origin: "python.org", patches: [], flags: {} }, job);
  },
};
