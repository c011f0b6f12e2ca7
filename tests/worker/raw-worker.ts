/** A worker process driven by hand, frame by frame, as no correct host would. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";
import type { Interpreter } from "../../src/interpreter/index.js";
import { Encoder, FrameReader, RequestKind } from "../../src/wire/index.js";

const SCRIPT = fileURLToPath(new URL("../../python/nogil/worker.py", import.meta.url));
const CONTROL = 3;
const TASKS = 4;

export interface Reply {
  readonly task: number;
  readonly kind: number;
  readonly size: number;
}

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});

export interface RawWorkerOptions {
  readonly profile: "thread" | "process";
  readonly module: string;
  readonly maxMessageBytes?: number;
  /** Kilobytes of address space, so that a wrong count is a MemoryError instead of the machine's end. */
  readonly memoryLimit?: number;
}

export class RawWorker {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  stderr = "";
  readonly replies: Reply[] = [];
  #waiting: (() => void)[] = [];

  constructor(interpreter: Interpreter, options: Pick<RawWorkerOptions, "memoryLimit"> = {}) {
    const limit = options.memoryLimit === undefined ? "" : `ulimit -v ${options.memoryLimit}; `;
    const command = `${limit}exec "$0" -X faulthandler -u "$1"`;
    this.child = spawn("/bin/sh", ["-c", command, interpreter.path, SCRIPT], {
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
      env: { ...process.env, ...interpreter.environment },
    });
    running.add(this.child);
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.child.stdout?.resume();
    for (const descriptor of [CONTROL, TASKS]) {
      const reader = new FrameReader(1 << 26, (task, kind, _flags, _bytes, start, end) => {
        this.replies.push({ task, kind, size: end - start });
        for (const wake of this.#waiting.splice(0)) wake();
      });
      this.#socket(descriptor).on("data", (chunk: Buffer) => reader.push(chunk));
      this.#socket(descriptor).on("error", () => {});
    }
    this.ended = new Promise((resolve) => {
      this.child.on("close", (code, signal) => {
        resolve({ code, signal });
        for (const wake of this.#waiting.splice(0)) wake();
      });
    });
  }

  /** Starts a worker that has imported the module. */
  static async ready(interpreter: Interpreter, options: RawWorkerOptions): Promise<RawWorker> {
    const worker = new RawWorker(interpreter, options);
    const { profile, module, maxMessageBytes = 1 << 24 } = options;
    const rest = { initializer: null, threadInitializer: null, safetyChecks: "off", host: process.pid };
    worker.control(
      frame(RequestKind.INIT, { modules: [module], profile, threads: 1, maxMessageBytes, ...rest }),
    );
    await worker.reply(1);
    return worker;
  }

  control(bytes: Uint8Array): void {
    this.#socket(CONTROL).write(bytes);
  }

  task(bytes: Uint8Array): void {
    this.#socket(TASKS).write(bytes);
  }

  /** No more bytes will come on the task channel. */
  endTasks(): void {
    this.#socket(TASKS).end();
  }

  /** Resolves when there are that many replies in all, or the process has ended: how many there are. */
  async reply(count: number): Promise<number> {
    while (this.replies.length < count && this.child.exitCode === null && this.child.signalCode === null) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.replies.length;
  }

  /** The most memory the process has held so far, in MiB. */
  peakMemory(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }

  #socket(descriptor: number): Socket {
    return this.child.stdio[descriptor] as unknown as Socket;
  }
}

/** One frame with a value. */
export function frame(kind: number, value: unknown, task = 1): Buffer {
  const encoder = new Encoder();
  encoder.frame(task, kind, value, 1 << 30);
  return Buffer.concat(encoder.take());
}

/** One call of a function. */
export function call(task: number, name: string, ...args: readonly unknown[]): Buffer {
  const encoder = new Encoder();
  encoder.call(task, 0, name, args, undefined, 1 << 30);
  return Buffer.concat(encoder.take());
}

/** A frame whose header may lie. */
export function rawFrame(body: Uint8Array, { length = body.length, task = 1, kind = 0 } = {}): Buffer {
  const header = Buffer.alloc(9);
  header.writeUInt32LE(length);
  header.writeUInt32LE(task, 4);
  header[8] = kind;
  return Buffer.concat([header, body]);
}
