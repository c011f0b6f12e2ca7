import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandOnPath, executableIn } from "../candidates.js";
import { runCommand } from "../command.js";
import { growthOf } from "./growth.js";
import {
  failureOf,
  type InstallJob,
  type InstallSource,
  type Obtained,
  SILENCE_MS,
  SourceUnavailable,
} from "./source.js";

/** What `uv python install` is asked for when the caller has no wish. */
const DEFAULT_REQUEST = "3.14t";

/**
 * uv's managed Pythons: ready-made, optimised builds. They are put into nogil's own folder, so that removing or
 * upgrading uv's does not take ours away.
 */
export const uv: InstallSource = {
  name: "uv",
  async obtain(job: InstallJob): Promise<Obtained> {
    const command = await commandOnPath("uv", job.env);
    if (command === undefined) throw new SourceUnavailable("uv is not installed");
    const wanted = uvRequest(job.request.text);
    const folder = join(job.interpretersFolder, `uv-${wanted.replace(/[^\w.+-]/g, "_")}`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    try {
      job.progress(`downloading Python ${wanted}`);
      const result = await runCommand(command, ["python", "install", wanted], {
        env: environment(job, folder),
        watch: {
          firstMs: job.reachMs,
          laterMs: SILENCE_MS,
          isSign: () => false,
          poll: growthOf(folder),
        },
        endWithUs: true,
        signal: job.signal,
      });
      if (result.outcome !== "exited" || result.code !== 0) throw failureOf("uv", result, job.reachMs);
      for (const name of await readdir(folder)) {
        const path = name.startsWith(".") ? undefined : await executableIn(join(folder, name));
        if (path !== undefined) return { folder, executable: path.slice(folder.length + 1), optimized: true };
      }
      throw new SourceUnavailable("uv reported success but installed no Python");
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  },
};

function environment(job: InstallJob, folder: string): NodeJS.ProcessEnv {
  const seconds = String(Math.max(1, Math.round(job.reachMs / 1000)));
  return {
    ...job.env,
    UV_PYTHON_INSTALL_DIR: folder,
    // No link to it in the user's ~/.local/bin, no entry in the Windows registry.
    UV_PYTHON_INSTALL_BIN: "0",
    UV_PYTHON_INSTALL_REGISTRY: "0",
    UV_HTTP_CONNECT_TIMEOUT: seconds,
    UV_HTTP_RETRIES: "0",
    NO_COLOR: "1",
  };
}

/** uv understands the same requests but for a lone "t", and wants the build named after a specifier in full. */
function uvRequest(text: string): string {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/(?:\+freethreaded|\+t|t)$/, "");
  if (plain === "") return DEFAULT_REQUEST;
  return /^[<>=!~]/.test(plain) ? `${plain}+freethreaded` : `${plain}t`;
}
