/**
 * One Python process: start it, talk to it over private sockets, end it.
 *
 *   starting ──► ready ──► stopping ──► exited
 *        └───────────┴─────────────────────▲
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import {
  ModuleLoadFailed,
  type ProtocolError,
  PythonError,
  type WorkerExit,
  WorkerStartFailed,
} from "../errors.js";
import type { Interpreter } from "../interpreter/index.js";
import { packageFile } from "../package-root.js";
import { type DecoderOptions, type HostAnswer, PROTOCOL_VERSION, RequestKind } from "../wire/index.js";
import { ControlChannel } from "./control-channel.js";
import { Deadline, settlesWithin } from "./deadline.js";
import { workerEnvironment } from "./environment.js";
import { type Failed, type Hello, parseHello } from "./hello.js";
import { type HotSpot, parseHotSpot } from "./hot-spot.js";
import { OutputReader } from "./output.js";
import { parseSenseReport, type SenseReport } from "./sense-report.js";
import { stackText } from "./stack-text.js";
import { type CallLabel, TaskChannel } from "./task-channel.js";

const SCRIPT = packageFile("python", "nogil", "worker.py");

/** Descriptor of the control channel; those of the threads follow. */
const CONTROL_DESCRIPTOR = 3;
/** Lines of stderr kept to explain a death; a faulthandler trace of several threads fits. */
const STDERR_LINES_KEPT = 60;
/** How long a worker that was asked to end may take before it is made to (milliseconds). */
const TERMINATE_AFTER_MS = 1_000;
const KILL_AFTER_MS = 2_000;
/** How much longer than the look itself the answer may take (milliseconds). */
const HOT_ANSWER_MS = 10_000;

export interface WorkerOptions {
  readonly interpreter: Interpreter;
  /** Absolute paths of files or folders, or dotted names. */
  readonly modules: readonly string[];
  /** `process`: one thread, the main one. `thread`: that many threads beside it. */
  readonly profile: "thread" | "process";
  /** Most threads there may be; each has a channel from the start. */
  readonly threads: number;
  /** Threads that begin at once; `grow` starts more. */
  readonly threadsAtStart: number;
  /** Whether threads add up what they do with their time, for `sense`. */
  readonly sensing: boolean;
  /** Function called once in each process after the imports, and one called in each thread. */
  readonly initializer: string | undefined;
  readonly threadInitializer: string | undefined;
  readonly safetyChecks: "off" | "warn" | "strict";
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly threadsInAll: number;
  readonly cores: number;
  readonly maxMessageBytes: number;
  readonly decoding: DecoderOptions;
  /** Limit for the start, imports of the user's modules included (milliseconds). */
  readonly startTimeout: number;
}

/** What a worker tells while it lives. */
export interface WorkerListener {
  output(worker: Worker, stream: "stdout" | "stderr", line: string, call: CallLabel | undefined): void;
  /** An import switched the GIL on. */
  gilEnabled(worker: Worker, module: string): void;
  /** A class that is not declared thread-safe had a call wait for another one. */
  serialised(worker: Worker, className: string): void;
  /** Two threads were inside what is not declared thread-safe. */
  overlap(worker: Worker, overlap: unknown): void;
  /** A thread that serves no channel calls a host function; see HostListener. */
  hostCalled(worker: Worker, number: number, request: unknown): void;
  hostCancelled(worker: Worker, number: number): void;
  /** Called once, after the last output, whatever ended it. */
  exited(worker: Worker, exit: WorkerExit): void;
}

/** Where a thread is that runs a task. */
export interface TaskStack {
  readonly channel: number;
  readonly task: number;
  readonly stack: string;
}

export type WorkerState = "starting" | "ready" | "stopping" | "exited";

let lastNumber = 0;

export class Worker {
  /** Counts the workers of this process, from 1. */
  readonly number = ++lastNumber;
  /** One for every thread there may be, and that of the event loop, the last. */
  readonly channels: readonly TaskChannel[];
  /** Runs coroutines, many at once, once `startLoop` was called. */
  readonly loop: TaskChannel;
  readonly profile: "thread" | "process";
  readonly startedAt = performance.now();
  /** Why the worker was ended by us, for the error of the calls it held. */
  failure: ProtocolError | undefined;
  readonly #child: ChildProcess;
  readonly #control: ControlChannel;
  readonly #listener: WorkerListener;
  readonly #exit: Promise<WorkerExit>;
  readonly #stderr: string[] = [];
  #state: WorkerState = "starting";
  #hello: Hello | undefined;
  #threads: number;
  #hasLoop = false;

  private constructor(options: WorkerOptions, listener: WorkerListener) {
    this.profile = options.profile;
    this.#threads = options.threadsAtStart;
    this.#listener = listener;
    const privateSockets = new Array(2 + options.threads).fill("pipe");
    this.#child = spawn(options.interpreter.path, ["-X", "faulthandler", "-u", SCRIPT], {
      cwd: options.cwd,
      env: workerEnvironment(options),
      stdio: ["ignore", "pipe", "pipe", ...privateSockets],
      windowsHide: true,
    });
    // Out of descriptors Node gives up half-way: no streams, and the error comes as an event.
    if ((this.#child.stdio as unknown) === undefined) {
      this.#child.on("error", () => {});
      throw new WorkerStartFailed(
        `${options.interpreter.path} cannot be started with ${options.threads} threads: this process has no ` +
          "descriptors left for its channels. Lower threads or workers, or raise the limit (ulimit -n)",
      );
    }
    const socket = (descriptor: number) => this.#child.stdio[descriptor] as unknown as Socket;
    const broken = (error: ProtocolError) => {
      this.failure = error;
      this.kill();
    };
    this.#control = new ControlChannel(
      socket(CONTROL_DESCRIPTOR),
      options.decoding,
      {
        event: (event) => this.#event(event),
        hostCalled: (number, request) => this.#listener.hostCalled(this, number, request),
        hostCancelled: (number) => this.#listener.hostCancelled(this, number),
      },
      broken,
    );
    this.channels = Array.from(
      { length: options.threads + 1 },
      (_, i) =>
        new TaskChannel(
          socket(CONTROL_DESCRIPTOR + 1 + i),
          i,
          `/proc/${this.#child.pid}/fd`,
          options.maxMessageBytes,
          options.decoding,
          options.safetyChecks === "strict",
          broken,
          i === options.threads,
        ),
    );
    this.loop = this.channels[options.threads] as TaskChannel;
    this.#capture("stdout");
    this.#capture("stderr");
    // An idle pool does not keep the host alive; the pool holds a reference of its own while tasks are under way.
    this.#child.unref();
    for (const stream of this.#child.stdio) (stream as Socket | null)?.unref();
    this.#exit = this.#watch();
  }

  /**
   * Starts a worker and waits until the user's modules are imported.
   *
   * @param signal ends the process if it is not ready by then
   * @throws WorkerStartFailed when the process does not come up in time.
   * @throws ModuleLoadFailed when a module does not exist, does not parse or raises.
   */
  static async start(options: WorkerOptions, listener: WorkerListener, signal: AbortSignal): Promise<Worker> {
    const worker = new Worker(options, listener);
    const abort = () => worker.kill();
    signal.addEventListener("abort", abort);
    try {
      worker.#hello = await worker.#introduce(options);
      worker.#state = "ready";
      return worker;
    } catch (error) {
      worker.kill();
      await worker.#exit;
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  get state(): WorkerState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What the worker said when its modules were imported. */
  get hello(): Hello {
    if (this.#hello === undefined) throw new Error("a worker says hello before it is handed out");
    return this.#hello;
  }

  /** Resolves when the process is gone. */
  get exit(): Promise<WorkerExit> {
    return this.#exit;
  }

  /** Threads that have begun: those of the first channels. */
  get threads(): number {
    return this.#threads;
  }

  get inFlight(): number {
    let count = 0;
    for (const channel of this.channels) count += channel.inFlight;
    return count;
  }

  /** Takes calls back. Resolves to those ids that are certain not to start; the others run, or have ended. */
  async recall(channel: TaskChannel, ids: readonly number[]): Promise<readonly number[]> {
    const answer = await this.#control.request(RequestKind.RECALL, [channel.number, ids]);
    return Array.isArray(answer) ? answer : [];
  }

  /** Sets the flag that `nogil.cancelled()` reads. */
  requestCancel(channel: TaskChannel, id: number): void {
    this.#control.send(RequestKind.CANCEL, [channel.number, id]);
  }

  /** Raises TaskCancelled in the thread if it still runs that call. */
  async interrupt(channel: TaskChannel, id: number): Promise<boolean> {
    return (await this.#control.request(RequestKind.INTERRUPT, [channel.number, id])) === true;
  }

  /** Where each thread that runs a task is, as stack text; empty when the worker does not answer. */
  async stacks(): Promise<readonly TaskStack[]> {
    const answer = await this.#control.request(RequestKind.STACKS, null);
    if (!Array.isArray(answer)) return [];
    return answer
      .filter(Array.isArray)
      .map(([channel, task, entries]) => ({ channel, task, stack: stackText(entries) }));
  }

  /** What safety checks have seen; undefined when the worker is gone or does not answer in time. */
  async safety(milliseconds: number): Promise<unknown> {
    const answer = this.#control.request(RequestKind.SAFETY, null);
    return (await settlesWithin(answer, milliseconds)) ? answer : undefined;
  }

  /** What its threads do with their time; undefined when it does not sense, is gone, or does not answer in time. */
  async sense(milliseconds: number): Promise<SenseReport | undefined> {
    const answer = this.#control.request(RequestKind.SENSE, null);
    return (await settlesWithin(answer, milliseconds)) ? parseSenseReport(await answer) : undefined;
  }

  /**
   * Starts more threads, up to one for every channel. Resolves to how many there are when the new ones have run their
   * initialiser, fewer than asked for when that failed.
   */
  async grow(threads: number): Promise<number> {
    const answer = await this.#control.request(RequestKind.GROW, threads);
    if (typeof answer === "number") this.#threads = Math.min(answer, this.channels.length - 1);
    return this.#threads;
  }

  /** Looks for `seconds` where the threads are that run tasks; undefined when none did or nobody answers. */
  async hotSpot(seconds: number): Promise<HotSpot | undefined> {
    const answer = this.#control.request(RequestKind.HOT, seconds);
    if (!(await settlesWithin(answer, seconds * 1e3 + HOT_ANSWER_MS))) return undefined;
    return parseHotSpot(await answer);
  }

  /** Makes memory that can be shared. Resolves to its descriptor there; undefined where there is none. */
  async makeShared(): Promise<number | undefined> {
    const answer = await this.#control.request(RequestKind.SHARED, ["make"]);
    return typeof answer === "number" ? answer : undefined;
  }

  /**
   * Fixes the size of such memory, and its content unless it is writable, and closes the worker's own descriptor.
   * Resolves to whether the worker can open it at `path`.
   */
  async sealShared(descriptor: number, path: string, isWritable: boolean): Promise<boolean> {
    return (await this.#control.request(RequestKind.SHARED, ["seal", descriptor, path, isWritable])) === true;
  }

  /** Unmaps a shared array, once nothing in Python uses it. */
  dropShared(number: number): void {
    this.#control.send(RequestKind.SHARED, ["drop", number]);
  }

  /** Starts the event loop, if it does not run. What is sent on its channel meanwhile waits there. */
  startLoop(): void {
    if (!this.#hasLoop) this.#control.send(RequestKind.LOOP, null);
    this.#hasLoop = true;
  }

  /** Has the items sent that a stream's part, a call of that channel, has made so far. */
  flush(channel: TaskChannel, stream: number): void {
    this.#control.send(RequestKind.FLUSH, [channel.number, stream]);
  }

  /** Answers such a call. Throws NotSendable when the value cannot travel. */
  answerHost(number: number, what: HostAnswer, value: unknown): void {
    this.#control.answer(number, what, value);
  }

  /** Whether the GIL is on now; undefined when the worker is gone. */
  async ping(): Promise<boolean | undefined> {
    const answer = await this.#control.request(RequestKind.PING, null);
    return typeof answer === "boolean" ? answer : undefined;
  }

  /** Ends the process: asks, then SIGTERM, then SIGKILL. Resolves when it is gone. */
  async stop(): Promise<WorkerExit> {
    if (this.#state !== "exited") {
      this.#state = "stopping";
      this.#control.send(RequestKind.SHUTDOWN, null);
      const terminate = setTimeout(() => this.#child.kill("SIGTERM"), TERMINATE_AFTER_MS);
      const kill = setTimeout(() => this.kill(), KILL_AFTER_MS);
      await this.#exit;
      clearTimeout(terminate);
      clearTimeout(kill);
    }
    return this.#exit;
  }

  /** Ends the process at once. */
  kill(): void {
    if (this.#state === "exited") return;
    this.#state = "stopping";
    this.#child.kill("SIGKILL");
  }

  async #introduce(options: WorkerOptions): Promise<Hello> {
    const answer = this.#control.request(RequestKind.INIT, {
      modules: options.modules,
      profile: options.profile,
      threads: options.threads,
      threadsAtStart: options.threadsAtStart,
      sensing: options.sensing,
      maxMessageBytes: options.maxMessageBytes,
      initializer: options.initializer ?? null,
      threadInitializer: options.threadInitializer ?? null,
      safetyChecks: options.safetyChecks,
      arrow: options.decoding.arrow !== undefined,
      host: process.pid,
    });
    if (!(await settlesWithin(answer, options.startTimeout))) {
      const initializers = [options.initializer, options.threadInitializer].filter(
        (name) => name !== undefined,
      );
      throw new WorkerStartFailed(
        `${options.interpreter.path} did not import ${options.modules.join(", ") || "nothing"}` +
          `${initializers.length > 0 ? ` and run ${initializers.join(", ")}` : ""} within ` +
          `startTimeout = ${options.startTimeout} ms`,
        this.#stderrText(),
      );
    }
    const hello = await answer;
    if (hello === undefined) throw await this.#startFailure(options);
    const parsed = parseHello(hello);
    if ("failed" in parsed) throw startError(parsed.failed);
    if (parsed.protocol !== PROTOCOL_VERSION) {
      throw new WorkerStartFailed(
        `the worker speaks protocol ${parsed.protocol}, this is ${PROTOCOL_VERSION}`,
      );
    }
    return parsed;
  }

  async #startFailure(options: WorkerOptions): Promise<WorkerStartFailed> {
    const exit = await this.#exit;
    if (exit.pid === undefined) {
      const why = existsSync(options.cwd) ? exit.stderr : `the working folder ${options.cwd} does not exist`;
      return new WorkerStartFailed(`${options.interpreter.path} cannot be started: ${why}`);
    }
    const how = exit.signal !== null ? `signal ${exit.signal}` : `exit code ${exit.exitCode}`;
    const modules = options.modules.length > 0 ? ` while it imported ${options.modules.join(", ")}` : "";
    return new WorkerStartFailed(`${options.interpreter.path} ended with ${how}${modules}`, exit.stderr);
  }

  #event(event: unknown): void {
    if (typeof event !== "object" || event === null) return;
    const fields = event as Record<string, unknown>;
    if (fields.event === "gil-enabled") this.#listener.gilEnabled(this, String(fields.module));
    else if (fields.event === "serialised") this.#listener.serialised(this, String(fields.class));
    else if (fields.event === "overlap") this.#listener.overlap(this, fields);
  }

  #capture(stream: "stdout" | "stderr"): void {
    const reader = new OutputReader((line, writer) => {
      if (stream === "stderr") {
        this.#stderr.push(line);
        if (this.#stderr.length > STDERR_LINES_KEPT) this.#stderr.shift();
      }
      const call = writer && this.channels[writer.channel]?.labelOf(writer.task);
      this.#listener.output(this, stream, line, call);
    });
    const source = this.#child[stream] as Readable;
    source.on("data", (chunk: Buffer) => reader.push(chunk));
    source.on("close", () => reader.end());
    source.on("error", () => {});
  }

  #stderrText(): string {
    return this.#stderr.join("\n");
  }

  #watch(): Promise<WorkerExit> {
    return new Promise((resolve) => {
      let spawnError: Error | undefined;
      const ended = (exitCode: number | null, signal: NodeJS.Signals | null) => {
        if (this.#state === "exited") return;
        this.#state = "exited";
        const stderr = spawnError === undefined ? this.#stderrText() : spawnError.message;
        const exit: WorkerExit = { pid: this.#child.pid, exitCode, signal, stderr };
        for (const stream of this.#child.stdio) stream?.destroy();
        resolve(exit);
        this.#control.end();
        this.#listener.exited(this, exit);
      };
      this.#child.on("error", (error) => {
        spawnError = error;
        if (this.#child.pid === undefined) ended(null, null);
      });
      // Wait for the last replies and lines; a grandchild that holds the pipes open must not delay this for ever.
      this.#child.on("exit", (code, signal) => new Deadline(OUTPUT_AFTER_EXIT_MS, () => ended(code, signal)));
      this.#child.on("close", (code, signal) => ended(code, signal));
    });
  }
}

function startError({ what, name, error }: Failed["failed"]): ModuleLoadFailed | WorkerStartFailed {
  const cause = new PythonError(error);
  if (what === "module") return new ModuleLoadFailed(name, cause);
  return new WorkerStartFailed(`${what} "${name}" failed: ${cause.message}`, "", { cause });
}

/** How long output may trail behind the exit of the process (milliseconds). */
const OUTPUT_AFTER_EXIT_MS = 100;
