/**
 * Looks from outside what threads wait for: the system call each is in (`/proc/<pid>/task/<tid>/syscall`, proc(5)).
 * From inside it could not be seen on a build with the GIL: whoever looks holds the GIL, so all others wait for it.
 */
import { readFileSync } from "node:fs";
import type { Samples } from "./window.js";

/** Milliseconds between samples. */
const PERIOD_MS = 20;
/** Threads looked at each time; more cost CPU that the workload is to have. */
const THREADS_A_SAMPLE = 8;
/** A longer pause between samples means that this process was stopped or starved (milliseconds). */
const GAP_MS = 1_000;

/** Numbers of the system calls that wait for a lock: futex and futex_waitv. */
const FUTEX: Readonly<Partial<Record<NodeJS.Architecture, readonly string[]>>> = {
  x64: ["202", "449"],
  arm64: ["98", "449"],
  riscv64: ["98", "449"],
  ia32: ["240", "422", "449"],
};

/** Whether a system call, by its number, is one that waits for a lock. */
export function isLockCall(call: string | undefined): boolean {
  return call !== undefined && FUTEX[process.arch]?.includes(call) === true;
}

export class Sampler {
  readonly #pid: number;
  #tids: readonly number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running = 0;
  #lock = 0;
  #other = 0;
  #cpuBefore: NodeJS.CpuUsage | undefined;
  #ownCpu = 0;
  #last = 0;
  #gap = false;

  constructor(pid: number) {
    this.#pid = pid;
  }

  start(tids: readonly number[]): void {
    this.#tids = tids;
    this.#cpuBefore = process.cpuUsage();
    this.#last = performance.now();
    this.#timer = setInterval(() => this.#sample(), PERIOD_MS);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#noteGap();
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    this.#ownCpu = (user + system) / 1e6;
  }

  result(): { readonly samples: Samples; readonly ownCpu: number; readonly gap: boolean } {
    const samples = { running: this.#running, lock: this.#lock, other: this.#other };
    return { samples, ownCpu: this.#ownCpu, gap: this.#gap };
  }

  #sample(): void {
    this.#noteGap();
    if (process.platform !== "linux") return;
    const offset = Math.floor(Math.random() * this.#tids.length);
    for (let i = 0; i < Math.min(THREADS_A_SAMPLE, this.#tids.length); i++) {
      const tid = this.#tids[(offset + i) % this.#tids.length]!;
      let text: string;
      try {
        text = readFileSync(`/proc/${this.#pid}/task/${tid}/syscall`, "latin1");
      } catch {
        continue; // The thread has ended, or the system does not let us look.
      }
      const call = text.split(" ", 1)[0]!.trim();
      if (call === "running") this.#running++;
      else if (isLockCall(call)) this.#lock++;
      else this.#other++;
    }
  }

  #noteGap(): void {
    const now = performance.now();
    if (now - this.#last > GAP_MS) this.#gap = true;
    this.#last = now;
  }
}
