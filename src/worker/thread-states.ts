/**
 * What the threads of another process are doing at this moment: on a processor, in a wait for another thread, or in any
 * other wait. Read from /proc/<pid>/task/<tid>/syscall (proc(5)), which a parent may read of its children; nothing is
 * known where the system has no such file or forbids it.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { arch } from "node:process";

export type ThreadState = "running" | "lock" | "waiting";

/** Number of the futex system call, in which waits for locks, semaphores and the GIL end. */
const FUTEX: Readonly<Record<string, string>> = {
  x64: "202",
  arm64: "98",
  riscv64: "98",
  loong64: "98",
  arm: "240",
  ia32: "240",
  ppc64: "221",
  s390x: "238",
};
const LONGEST_LINE = 128;

export class ThreadStates {
  readonly #descriptors = new Map<number, number>();
  readonly #line = Buffer.alloc(LONGEST_LINE);
  readonly #futex = FUTEX[arch];

  constructor(readonly pid: number) {}

  /** Undefined when the system does not tell. */
  of(thread: number): ThreadState | undefined {
    const descriptor = this.#open(thread);
    if (descriptor < 0 || this.#futex === undefined) return undefined;
    try {
      const length = readSync(descriptor, this.#line, 0, LONGEST_LINE, 0);
      const call = this.#line.toString("latin1", 0, length).split(/\s/, 1)[0];
      // -1: blocked outside a system call, on a page that is not there.
      return call === "running" || call === "-1" ? "running" : call === this.#futex ? "lock" : "waiting";
    } catch {
      this.#forget(thread);
      return undefined;
    }
  }

  close(): void {
    for (const thread of [...this.#descriptors.keys()]) this.#forget(thread);
  }

  /** Opened once: opening costs several times what reading does. */
  #open(thread: number): number {
    const known = this.#descriptors.get(thread);
    if (known !== undefined) return known;
    let descriptor = -1;
    try {
      descriptor = openSync(`/proc/${this.pid}/task/${thread}/syscall`, "r");
    } catch {
      // No /proc, a thread that has ended, or not ours to read: remembered, so that it is not tried at every look.
    }
    this.#descriptors.set(thread, descriptor);
    return descriptor;
  }

  #forget(thread: number): void {
    const descriptor = this.#descriptors.get(thread);
    if (descriptor !== undefined && descriptor >= 0) closeSync(descriptor);
    this.#descriptors.set(thread, -1);
  }
}
