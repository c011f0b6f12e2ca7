/** The environment of a worker process. */
import type { Interpreter } from "../interpreter/index.js";

/** Native libraries start this many threads of their own unless the user says otherwise. */
const NATIVE_THREAD_VARIABLES = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];

export interface EnvironmentOptions {
  readonly interpreter: Interpreter;
  /** What the user adds or, with `undefined`, removes. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Threads that will share the cores, over all workers. */
  readonly threadsInAll: number;
  readonly cores: number;
}

export function workerEnvironment(options: EnvironmentOptions): NodeJS.ProcessEnv {
  const { interpreter } = options;
  const env: NodeJS.ProcessEnv = { ...process.env, ...interpreter.environment, ...options.env };
  // With the GIL built in, PYTHON_GIL=0 is a fatal start error (PEP 703).
  if (!interpreter.freeThreadedBuild && env.PYTHON_GIL === "0") delete env.PYTHON_GIL;
  // The worker's own thread is one of those that share the cores, so that libraries do not oversubscribe them.
  const native = Math.max(1, Math.floor(options.cores / Math.max(1, options.threadsInAll)));
  for (const name of NATIVE_THREAD_VARIABLES) env[name] ??= String(native);
  return env;
}
