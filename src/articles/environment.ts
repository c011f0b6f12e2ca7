/** What ran where: the interpreter, the state of its GIL, threads or processes. */
import type { Pool } from "../pool/index.js";

export interface Environment {
  readonly python: string;
  readonly pythonVersion: string;
  readonly freeThreadedBuild: boolean;
  /** Threads of one process run without the GIL here. */
  readonly gilOff: boolean;
  readonly profile: "thread" | "process";
  readonly profileReason: string;
  readonly workers: number;
  readonly threads: number;
  readonly sequential: boolean;
}

export function environmentOf(pool: Pool, { sequential }: { readonly sequential?: boolean }): Environment {
  const { interpreter, profile, profileReason } = pool;
  const { workers } = pool.stats();
  return {
    python: interpreter.path,
    pythonVersion: interpreter.version,
    freeThreadedBuild: interpreter.freeThreadedBuild,
    gilOff: interpreter.freeThreadedBuild && profile === "thread",
    profile,
    profileReason,
    workers: workers.length,
    threads: workers.reduce((sum, worker) => sum + worker.threads, 0),
    sequential: sequential ?? false,
  };
}

export function environmentAsMarkdown(environment: Environment): string {
  const { pythonVersion, freeThreadedBuild, gilOff, profile, profileReason, workers, threads } = environment;
  const build = freeThreadedBuild ? "free-threaded build" : "build with the GIL";
  const shape = profile === "thread" ? `${threads} threads of one process` : `${workers} processes`;
  return [
    "## What ran where",
    "",
    `Steps of work kind cpu: Python ${pythonVersion} (${build}, GIL ${gilOff ? "off" : "on"}), ${shape}: ${profileReason}.`,
    "Requests and language models: this Node process, concurrently, with or without the GIL.",
  ].join("\n");
}
