/** What a pool reports while it runs. */
import type { ReasonKind } from "../concurrency/index.js";
import type { ModuleLoadFailed, NogilError, WorkerExit, WorkerStartFailed } from "../errors.js";
import type { Contention } from "./contention.js";
import type { ProcessState } from "./liveness.js";
import type { Overlap } from "./safety.js";
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
  /** `concurrency: "auto"`: a function's limit was changed, also for a moment, to try another. */
  "limit-changed": [
    event: {
      readonly functionName: string;
      readonly limit: number;
      readonly previous: number;
      /** What the controller does: ramp, jump, back, refine, probe, veto, … */
      readonly kind: ReasonKind;
      readonly reason: string;
    },
  ];
  /** Threads slow one another down, and no limit can repair that: what was found, and where. */
  "threads-contend": [event: Contention];
  /** A worker is replaced because it has reached a limit of `recycle`. */
  "worker-recycled": [event: { readonly pid: number; readonly reason: string }];
  /** A worker has not answered for seconds; what the system says it does. Nothing is done about it. */
  "worker-unresponsive": [
    event: { readonly pid: number; readonly milliseconds: number; readonly state: ProcessState },
  ];
  /** It answers again. */
  "worker-responsive": [event: { readonly pid: number }];
  /** Python printed a line; `functionName` and `task` where a task did (see `handle.number`). */
  output: [
    event: {
      readonly pid: number;
      readonly stream: "stdout" | "stderr";
      readonly line: string;
      readonly task?: number;
      readonly functionName?: string;
    },
  ];
  /** Safety checks saw two threads inside the same thing. */
  "thread-overlap": [overlap: Overlap];
  /** A task failed, also one whose handle nobody awaits. */
  "task-failed": [
    event: { readonly functionName: string; readonly error: NogilError; readonly stats: TaskStats },
  ];
}
