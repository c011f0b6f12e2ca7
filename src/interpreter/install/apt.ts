import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CommandResult, runCommand, type Watch } from "../command.js";
import { type AptSource, formatDeb822, parseDeb822Sources, parseOneLineSources } from "./apt-sources.js";
import { systemFile } from "./distribution.js";
import { failureOf, type InstallJob, SILENCE_MS, SourceUnavailable } from "./source.js";

/**
 * apt with a configuration of its own in nogil's cache folder. It reads the machine's configuration (proxies,
 * certificates, trusted keys) and then replaces every place it writes to, so it needs no root and changes nothing of
 * the system. Signatures are checked by apt as always.
 */
export class PrivateApt {
  readonly #folder: string;
  readonly #job: InstallJob;

  constructor(folder: string, job: InstallJob) {
    this.#folder = folder;
    this.#job = job;
  }

  /** Writes the configuration for these archives and fetches their indexes. */
  async update(sources: readonly AptSource[], type: "deb" | "deb-src"): Promise<void> {
    const folder = this.#folder;
    for (const name of ["parts", "lists/partial", "cache/archives/partial", "log"]) {
      await mkdir(join(folder, name), { recursive: true });
    }
    await writeFile(
      join(folder, "parts", "nogil.sources"),
      sources.map((source) => formatDeb822(source, type)).join("\n"),
    );
    await writeFile(join(folder, "apt.conf"), configuration(folder, this.#job.reachMs));
    const result = await this.run("apt-get", ["update"], folder, {
      firstMs: this.#job.reachMs,
      laterMs: SILENCE_MS,
      // "Err:" and "Ign:" are lines too; only an answer shows that the archive is in reach.
      isSign: (text) => /^(?:Get|Hit):/m.test(text),
    });
    const problem = /^[EW]: .*(?:Failed to fetch|NO_PUBKEY|not signed|GPG error|invalid).*$/m.exec(
      result.stderr,
    )?.[0];
    if (result.outcome === "stalled") {
      throw new SourceUnavailable(`the package archive does not answer within ${this.#job.reachMs / 1000} s`);
    }
    if (result.code !== 0 || problem !== undefined) {
      throw new SourceUnavailable(
        `apt-get update failed: ${(problem ?? result.stderr.trim()).slice(0, 400)}`,
      );
    }
  }

  /** Runs one of apt's commands with the private configuration. */
  async run(
    command: "apt-get" | "apt-cache",
    args: readonly string[],
    cwd: string,
    watch?: Watch,
  ): Promise<CommandResult> {
    const env = { ...this.#job.env, LC_ALL: "C", LANGUAGE: "", DEBIAN_FRONTEND: "noninteractive" };
    return runCommand(command, ["-c", join(this.#folder, "apt.conf"), "-q", ...args], {
      env,
      cwd,
      watch,
      endWithUs: true,
      signal: this.#job.signal,
    });
  }
}

/** Why one of apt's commands did not deliver: its first error, which names the file and the answer. */
export function aptFailure(command: string, result: CommandResult, reachMs: number): SourceUnavailable {
  const error = /^E: .*$/m.exec(result.stderr)?.[0];
  return result.outcome === "exited" && error !== undefined
    ? new SourceUnavailable(`${command} failed: ${error.replace(/\s+/g, " ").slice(0, 400)}`)
    : failureOf(command, result, reachMs);
}

/**
 * Later lines win over the machine's own, which apt reads first. The hooks are cleared because they do things to the
 * system (empty its archive folder, refresh its software catalogue), the index targets because only package lists
 * matter here.
 */
function configuration(folder: string, reachMs: number): string {
  const seconds = Math.max(1, Math.round(reachMs / 1000));
  return `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::DEP-11-icons;
#clear Acquire::IndexTargets::deb::CNF;
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "${folder}/parts";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "${folder}";
Dir::State::lists "${folder}/lists";
Dir::Cache "${folder}/cache";
Dir::Log "${folder}/log";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
Acquire::Retries "0";
Acquire::http::Timeout "${seconds}";
Acquire::https::Timeout "${seconds}";
APT::Get::List-Cleanup "true";
`;
}

/** Every archive the machine's apt uses. */
export async function machineSources(env: NodeJS.ProcessEnv): Promise<AptSource[]> {
  const root = systemFile("/etc/apt", env);
  const found: AptSource[] = [];
  const main = await readFile(join(root, "sources.list"), "utf8").catch(() => "");
  found.push(...parseOneLineSources(main));
  const parts = join(root, "sources.list.d");
  for (const name of (await readdir(parts).catch(() => [])).toSorted()) {
    const text = await readFile(join(parts, name), "utf8").catch(() => "");
    if (name.endsWith(".list")) found.push(...parseOneLineSources(text));
    if (name.endsWith(".sources")) found.push(...parseDeb822Sources(text));
  }
  return found;
}
