/** What a pool reports while it runs. */
import type { ModuleLoadFailed, NogilError, WorkerExit, WorkerStartFailed } from "../errors.js";
import type { TaskStats } from "./task.js";

export interface PoolEvents {
  /** A worker has imported the modules and takes tasks. */
  "worker-started": [event: { readonly worker: number; readonly pid: number }];
  /** A worker is gone; `expected` when the pool ended it. */
  "worker-exited": [
    event: { readonly worker: number; readonly expected: boolean; readonly exit: WorkerExit },
  ];
  /** A worker could not be started again; the pool keeps trying, `attempt` times so far. */
  "worker-start-failed": [
    event: { readonly error: WorkerStartFailed | ModuleLoadFailed | unknown; readonly attempt: number },
  ];
  /** An import switched the GIL on in a running worker. */
  "gil-enabled": [event: { readonly pid: number; readonly module: string }];
  /** The pool changed from threads to processes. */
  "profile-changed": [event: { readonly profile: "thread" | "process"; readonly reason: string }];
  /** Python printed a line. */
  output: [event: { readonly pid: number; readonly stream: "stdout" | "stderr"; readonly line: string }];
  /** A task failed, also one whose handle nobody awaits. */
  "task-failed": [
    event: { readonly functionName: string; readonly error: NogilError; readonly stats: TaskStats },
  ];
}
