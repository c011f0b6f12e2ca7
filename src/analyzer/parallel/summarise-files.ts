/**
 * Files to summaries, over worker threads where there is enough to do. The main thread takes shares like the others; a
 * thread that does not start or dies only leaves more for it.
 */
import { availableParallelism } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { packageFile } from "../../package-root.js";
import { sharesOf, threadsFor } from "./shares.js";
import { type FileJob, type FileResult, summariseOnDisk } from "./summarise-on-disk.js";
import type { ThreadData, ThreadMessage } from "./summary-thread.js";

export interface SummariseOptions {
  /** Threads, the main one included. @default as many as cores, one below 5 MB of source */
  readonly threads?: number;
  /** Called with the number of files that are done. */
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** Results in the order of the jobs. */
export async function summariseFiles(
  jobs: readonly FileJob[],
  options: SummariseOptions = {},
): Promise<FileResult[]> {
  const bytes = jobs.reduce((sum, { size }) => sum + size, 0);
  const threads = options.threads ?? threadsFor(bytes, availableParallelism());
  const results: (FileResult | undefined)[] = new Array(jobs.length).fill(undefined);
  let done = 0;
  const settle = (message: ThreadMessage): void => {
    for (const [index, result] of message) results[index] = result;
    done += message.length;
    options.onProgress?.(done);
  };
  const data: ThreadData = { jobs, shares: sharesOf(jobs), next: new SharedArrayBuffer(4) };
  const running = Array.from({ length: threads - 1 }, () => startThread(data, settle, options.signal));
  await takeShares(data, settle, options.signal);
  await Promise.all(running);
  // What a thread had taken when it died.
  return results.map((result, index) => result ?? summariseOnDisk(jobs[index] as FileJob));
}

async function takeShares(
  { jobs, shares, next }: ThreadData,
  settle: (message: ThreadMessage) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const counter = new Int32Array(next);
  for (;;) {
    signal?.throwIfAborted();
    const share = shares[Atomics.add(counter, 0, 1)];
    if (share === undefined) return;
    settle(share.map((index) => [index, summariseOnDisk(jobs[index] as FileJob)] as const));
    // Results of the other threads are waiting, and so is Ctrl-C.
    await nextTurn();
  }
}

/** Resolves when the thread has ended, however it did. */
function startThread(
  data: ThreadData,
  settle: (message: ThreadMessage) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const thread = new Worker(packageFile("dist", "analyzer", "parallel", "summary-thread.js"), {
      workerData: data,
    });
    const stop = (): void => {
      thread.terminate().catch(() => {});
    };
    signal?.addEventListener("abort", stop, { once: true });
    thread.on("message", settle);
    // Its files are done by the main thread; `exit` follows.
    thread.on("error", () => {});
    thread.on("exit", () => {
      signal?.removeEventListener("abort", stop);
      resolve();
    });
  });
}
