import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AptSource } from "./apt-sources.js";

/** Which of the machine's archives are the distribution's own, and under which names newer releases stand there. */

/** Names of releases that move on; an archive may be configured by them instead of by a code name. */
const MOVING = ["stable", "oldstable", "oldoldstable", "testing", "unstable", "sid", "devel"];

/** What /etc/os-release says of the system. */
export interface Release {
  /** "debian", "ubuntu", and what a derivative is like. */
  readonly like: readonly string[];
  readonly codename: string;
}

/** A file of the system; `NOGIL_SYSTEM_ROOT` puts another tree in its place, as tests do. */
export function systemFile(path: string, env: NodeJS.ProcessEnv): string {
  return join(env.NOGIL_SYSTEM_ROOT ?? "/", path);
}

/** Reads /etc/os-release (os-release(5)). */
export async function readRelease(env: NodeJS.ProcessEnv): Promise<Release> {
  const text = await readFile(systemFile("/etc/os-release", env), "utf8").catch(() => "");
  const value = (name: string) =>
    (new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1] ?? "").replace(/^["']|["']$/g, "").trim();
  return {
    like: `${value("ID")} ${value("ID_LIKE")}`.split(/\s+/).filter((name) => name !== ""),
    // A derivative names its own release in VERSION_CODENAME and the one it is made of in these.
    codename: value("UBUNTU_CODENAME") || value("DEBIAN_CODENAME") || value("VERSION_CODENAME"),
  };
}

/** The distribution's archives among those configured: the release itself, its updates and its security fixes. */
export function distributionSources(sources: readonly AptSource[], { codename }: Release): AptSource[] {
  const names = codename === "" ? MOVING : [codename, ...MOVING];
  return sources.filter(
    ({ suite, uri, components }) =>
      names.some((name) => suite === name || suite.startsWith(`${name}-`) || suite.startsWith(`${name}/`)) &&
      components.includes("main") &&
      !uri.startsWith("cdrom:"),
  );
}

/**
 * Archives to look for Python's source in: the mirror of the machine's own release, under the names of the newest
 * releases. Debian's `stable` first; `testing` only where a version is asked for that stable does not have.
 */
export function sourceSuites(release: Release): readonly string[] {
  return release.like[0] === "ubuntu" || release.like.includes("ubuntu")
    ? [release.codename, "devel"].filter((name) => name !== "")
    : ["stable", "testing"];
}

/** The main archive of the release, where other releases stand beside it; undefined when apt has none. */
export function mainArchive(sources: readonly AptSource[], release: Release): AptSource | undefined {
  const isMain = ({ suite }: AptSource) => suite === release.codename || MOVING.includes(suite);
  return sources.find(isMain);
}
