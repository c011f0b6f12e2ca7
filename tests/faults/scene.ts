/** Where a fault happens: a pool, the tasks submitted to it, and what was measured. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CallOptions,
  type CancelStep,
  createPool,
  type Handle,
  type Pool,
  type PoolOptions,
} from "../../src/index.js";
import type { Way } from "../pool/profiles.js";

const FAULTS = fileURLToPath(new URL("python/faults.py", import.meta.url));

export interface Measurements {
  /** Milliseconds from the fault to the error of the task it hit. */
  readonly detection: number[];
  /** Milliseconds from the fault to a replacement that takes tasks. */
  readonly ready: number[];
  /** Milliseconds from the cancellation to its end. */
  readonly steps: Record<CancelStep, number[]>;
}

export function noMeasurements(): Measurements {
  return { detection: [], ready: [], steps: { queued: [], cooperative: [], interrupted: [], killed: [] } };
}

export class Scene {
  readonly handles: Handle[] = [];
  readonly pids = new Set<number>();
  /** Non-idempotent tasks append their number here. */
  readonly marks: string;
  readonly folder: string;
  /** Tasks at most that were not submitted here. */
  tasksBeside = 0;
  #marked = 0;

  private constructor(
    readonly pool: Pool,
    readonly way: Way,
    readonly isLong: boolean,
    readonly measured: Measurements,
    folder: string,
  ) {
    this.folder = folder;
    this.marks = join(folder, "marks");
    for (const { pid } of pool.stats().workers) this.pids.add(pid ?? 0);
    pool.on("worker-started", ({ pid }) => this.pids.add(pid));
  }

  static async open(
    way: Way,
    options: Partial<PoolOptions>,
    isLong: boolean,
    measured: Measurements,
  ): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), "nogil-fault-"));
    const pool = await createPool({
      module: FAULTS,
      python: way.python.path,
      profile: way.profile,
      workers: way.profile === "thread" ? 1 : 2,
      threads: way.profile === "thread" ? 4 : 1,
      grace: 50,
      killAfter: 300,
      output: "events",
      ...options,
    });
    const scene = new Scene(pool, way, isLong, measured, folder);
    await pool.ready();
    return scene;
  }

  submit<T = unknown>(name: string, args: readonly unknown[] = [], options: CallOptions = {}): Handle<T> {
    const handle = this.pool.submit<T>(name, args, options);
    this.handles.push(handle);
    return handle;
  }

  /** Tasks that must not run twice. */
  marking(count: number, seconds = 0): Handle[] {
    return Array.from({ length: count }, () => this.submit("mark", [this.marks, this.#marked++, seconds]));
  }

  /** The process that runs a task, once it runs. */
  async workerOf(handle: Handle): Promise<number> {
    while (handle.stats.worker === undefined) await pause(2);
    return handle.stats.worker;
  }

  /** Waits for a replacement and notes the time since `from`. To be called before the fault. */
  replacement(): (from: number) => Promise<void> {
    const started = new Promise<number>((resolve) =>
      this.pool.once("worker-started", () => resolve(performance.now())),
    );
    return async (from) => {
      this.measured.ready.push((await started) - from);
    };
  }

  /** The error of a task that a fault hits; its time since `from` is noted. */
  async failure(handle: Handle, from: number): Promise<Error & { code?: string }> {
    await handle.wait();
    this.measured.detection.push(performance.now() - from);
    if (handle.error === undefined) throw new Error(`${handle.functionName} did not fail`);
    return handle.error;
  }

  /** Cancels and notes how long it took. */
  async cancel(handle: Handle): Promise<CancelStep | undefined> {
    const from = performance.now();
    const step = await handle.cancel();
    if (step !== undefined) this.measured.steps[step].push(performance.now() - from);
    return step;
  }

  async close(): Promise<void> {
    await this.pool.close({ force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
