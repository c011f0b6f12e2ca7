/** Entry of a worker thread: takes shares until there are none left, and sends each result without copying it. */
import { parentPort, workerData } from "node:worker_threads";
import { transferList } from "../summaries/index.js";
import { type FileJob, type FileResult, summariseOnDisk } from "./summarise-on-disk.js";

export interface ThreadData {
  readonly jobs: readonly FileJob[];
  readonly shares: readonly (readonly number[])[];
  /** One Int32: the number of the next share that nobody has taken. */
  readonly next: SharedArrayBuffer;
}

/** Results of one share, by the index of their job. */
export type ThreadMessage = readonly (readonly [index: number, result: FileResult])[];

const { jobs, shares, next } = workerData as ThreadData;
const counter = new Int32Array(next);
for (let share = shares[Atomics.add(counter, 0, 1)]; share; share = shares[Atomics.add(counter, 0, 1)]) {
  const message: ThreadMessage = share.flatMap((index) => {
    const job = jobs[index];
    return job === undefined ? [] : [[index, summariseOnDisk(job)] as const];
  });
  const buffers = message.flatMap(([, result]) =>
    result.kind === "summary" ? transferList(result.summary) : [],
  );
  parentPort?.postMessage(message, buffers);
}
