import type { Interpreter } from "../interpreter/index.js";
import type { WorkerOptions } from "../worker/index.js";
import type { ResolvedOptions } from "./options.js";
import { SharedArrays } from "./shared-arrays.js";
import type { Sizing } from "./sizing.js";

/** What every worker of a pool is started with. */
export function workerOptions(
  options: ResolvedOptions,
  interpreter: Interpreter,
  profile: "thread" | "process",
  { workers, threads, threadsAtStart }: Sizing,
  cores: number,
): WorkerOptions {
  const { modules, cwd, env, maxMessageBytes, startTimeout, dates, ints, arrow } = options;
  const { initializer, threadInitializer, safetyChecks } = options;
  return {
    interpreter,
    modules,
    profile,
    threads,
    threadsAtStart,
    sensing: options.concurrency === "auto",
    initializer,
    threadInitializer,
    safetyChecks,
    cwd,
    env,
    threadsInAll: threadsAtStart * workers,
    cores,
    maxMessageBytes,
    decoding: { dates, ints, arrow, shared: SharedArrays.resolve },
    startTimeout,
  };
}
