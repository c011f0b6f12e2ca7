import { rm } from "node:fs/promises";
import { join } from "node:path";
import { commandOnPath, executableIn } from "../candidates.js";
import { runCommand } from "../command.js";
import { assertAnswers } from "./http.js";
import {
  failureOf,
  type InstallJob,
  type InstallSource,
  type Obtained,
  SILENCE_MS,
  SourceUnavailable,
} from "./source.js";

const TOOLS = ["micromamba", "mamba", "conda"] as const;
/** The package of conda-forge that selects the free-threaded build. */
const PACKAGE = "python-freethreading";
/** Asking a tool for its own configuration needs no network; conda takes about a second to start. */
const CONFIG_LIMIT_MS = 5_000;

/** conda-forge's free-threaded Python, in an environment of its own made by whichever tool is installed. */
export const conda: InstallSource = {
  name: "conda",
  async obtain(job: InstallJob): Promise<Obtained> {
    const [tool, command] = await findTool(job.env);
    const address = await channelAddress(command, job);
    if (address !== undefined) await assertAnswers(address, job);
    const wanted = condaRequest(job.request.text);
    const folder = join(job.interpretersFolder, `conda-${wanted.replace(/[^\w.+-]/g, "_")}`);
    await rm(folder, { recursive: true, force: true });
    job.progress(`installing ${wanted} from conda-forge`);
    const seconds = String(Math.max(1, Math.round(job.reachMs / 1000)));
    const args = [
      "create",
      "--yes",
      "--prefix",
      folder,
      "--override-channels",
      "--channel",
      "conda-forge",
      wanted,
    ];
    try {
      const result = await runCommand(command, args, {
        env: {
          ...job.env,
          CONDA_REMOTE_CONNECT_TIMEOUT_SECS: seconds,
          CONDA_REMOTE_MAX_RETRIES: "0",
          MAMBA_REMOTE_CONNECT_TIMEOUT_SECS: seconds,
          MAMBA_REMOTE_MAX_RETRIES: "0",
        },
        watch: { firstMs: SILENCE_MS, laterMs: 2 * SILENCE_MS },
        endWithUs: true,
        signal: job.signal,
      });
      if (result.outcome !== "exited" || result.code !== 0) throw failureOf(tool, result, job.reachMs);
      const path = await executableIn(folder);
      if (path === undefined) throw new SourceUnavailable(`${tool} reported success but installed no Python`);
      return { folder, executable: path.slice(folder.length + 1), optimized: true };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  },
};

async function findTool(env: NodeJS.ProcessEnv): Promise<[string, string]> {
  for (const tool of TOOLS) {
    const command = await commandOnPath(tool, env);
    if (command !== undefined) return [tool, command];
  }
  throw new SourceUnavailable("neither conda, mamba nor micromamba is installed");
}

/** Where the tool's channels are, from its own configuration; undefined when it does not say. */
async function channelAddress(command: string, job: InstallJob): Promise<string | undefined> {
  // conda answers the first question, micromamba only the second.
  for (const question of [["config", "--show", "channel_alias"], ["info"]]) {
    const { stdout } = await runCommand(command, question, {
      env: job.env,
      timeoutMs: CONFIG_LIMIT_MS,
      signal: job.signal,
    });
    const address = /channel[^\n]*?(https?:\/\/[^\s'"]+)/.exec(stdout)?.[1];
    if (address !== undefined) return address;
  }
  return undefined;
}

function condaRequest(text: string): string {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/(?:\+freethreaded|\+t|t)$/, "");
  if (plain === "") return PACKAGE;
  return /^[<>=!~]/.test(plain) ? `${PACKAGE}${plain}` : `${PACKAGE}=${plain}`;
}
