/**
 * One Python process that measures (`python/nogil/profile_runner.py`): orders go in on descriptor 3, answers come out
 * on descriptor 4, each a line of JSON. It has its own process group, which is ended whatever the workload started.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { ProfileFailed } from "../errors.js";
import type { Interpreter } from "../interpreter/index.js";
import { packageFile } from "../package-root.js";
import { Sampler } from "./sampler.js";
import type { RawWindow, Window } from "./window.js";

/** What is measured. */
export interface RunnerTarget {
  /** An absolute path, or a dotted module name. */
  readonly module: string;
  /** Null for `workload`, or the whole script where it has none. */
  readonly functionName: string | null;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

export interface RunnerOptions {
  readonly interpreter: Interpreter;
  readonly target: RunnerTarget;
  /** Force the GIL on, on a build that has the choice. */
  readonly forceGil?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds a single call may take. */
  readonly callTimeoutMs: number;
}

/** What was loaded. */
export interface Loaded {
  readonly kind: "function" | "script";
  readonly function: string;
  readonly gilEnabled: boolean;
  readonly version: string;
}

/** What one window shall be. */
export interface WindowOrder {
  readonly threads: number;
  readonly seconds: number;
  readonly warmup: number;
  /** Stacks of all threads to take in the window. */
  readonly stacks?: number;
}

/** The runner ended or did not go on; with fewer threads it may do so. */
export class RunnerLost extends Error {
  constructor(
    message: string,
    readonly detail: string,
  ) {
    super(message);
  }
}

const SCRIPT = packageFile("python", "nogil", "profile_runner.py");
const LOAD_LIMIT_MS = 60_000;
/** Beyond what the runner allows itself, until it is given up (milliseconds). */
const GRACE_MS = 5_000;
const KEPT_STDERR = 8_192;
/** Window sizes much longer than ordered mean that the process stood still (seconds). */
const LATE_SECONDS = 1;
const NATIVE_THREAD_VARIABLES = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];

interface Answer {
  readonly ok?: unknown;
  readonly event?: "window" | "closed";
  readonly tids?: readonly number[];
  readonly failure?: { readonly kind: string; readonly message: string; readonly detail: string };
}

export class Runner {
  /** Seconds the first call took. */
  callSeconds = 0;
  loaded: Loaded = { kind: "function", function: "", gilEnabled: true, version: "" };
  readonly #child: ChildProcess;
  readonly #callTimeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  #stderr = "";
  #exit: string | undefined;
  #onAnswer: ((answer: Answer | undefined) => void) | undefined;
  readonly #abort = () => this.#kill();

  private constructor(options: RunnerOptions) {
    const { interpreter, forceGil = false } = options;
    const env: NodeJS.ProcessEnv = { ...process.env, ...interpreter.environment, ...options.env };
    if (!interpreter.freeThreadedBuild || forceGil) delete env.PYTHON_GIL;
    // Threads are what is measured: libraries shall not start their own beneath each of them.
    for (const name of NATIVE_THREAD_VARIABLES) env[name] ??= "1";
    this.#callTimeoutMs = options.callTimeoutMs;
    this.#signal = options.signal;
    const flags = forceGil && interpreter.freeThreadedBuild ? ["-X", "gil=1"] : [];
    this.#child = spawn(interpreter.path, [...flags, "-B", SCRIPT], {
      env,
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR);
    });
    this.#orders.on("error", () => {}); // its end is seen by the answers
    createInterface({ input: this.#child.stdio[4] as Readable }).on("line", (line) =>
      this.#onAnswer?.(JSON.parse(line) as Answer),
    );
    this.#child.once("error", (error) => this.#ended(`could not be started: ${error.message}`));
    this.#child.once("close", (code, signal) =>
      this.#ended(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
    );
    this.#signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /**
   * Starts a process, loads the target and calls it once.
   *
   * @throws {@link ProfileFailed} when the target cannot be loaded, raises, does not return or ends the process
   */
  static async start(options: RunnerOptions): Promise<Runner> {
    const runner = new Runner(options);
    try {
      await runner.#load(options.target);
      return runner;
    } catch (error) {
      await runner.end();
      options.signal?.throwIfAborted();
      if (error instanceof RunnerLost) throw new ProfileFailed(error.message, error.detail);
      throw error;
    }
  }

  async #load({ module, functionName, args, kwargs }: RunnerTarget): Promise<void> {
    const texts = { args: JSON.stringify(args), kwargs: JSON.stringify(kwargs) };
    this.loaded = (await this.#ask(
      { do: "load", file: module, function: functionName, ...texts },
      LOAD_LIMIT_MS,
      `importing ${module}`,
    )) as Loaded;
    const limit = this.#callTimeoutMs;
    const first = (await this.#ask(
      { do: "once", limit: limit / 1000 },
      limit + GRACE_MS,
      this.loaded.function,
    )) as { seconds?: number; raised?: string; type?: string; gilEnabled: boolean; childrenLeft: boolean };
    if (first.raised !== undefined)
      throw new ProfileFailed(
        `${this.loaded.function} raised ${first.type} when it was called`,
        first.raised,
      );
    if (first.childrenLeft)
      throw new ProfileFailed(
        `${this.loaded.function} leaves processes running behind it, and every further call would leave more; ` +
          "wait for them before it returns",
      );
    this.callSeconds = first.seconds ?? 0;
    this.loaded = { ...this.loaded, gilEnabled: first.gilEnabled };
  }

  /** Measures one window. @throws {@link RunnerLost} when the process crashed or its threads did not come back */
  async measure(order: WindowOrder): Promise<Window> {
    const { threads, seconds, warmup, stacks = 0 } = order;
    const limit = this.#callTimeoutMs / 1000 + 10 * threads * this.callSeconds;
    const sampler = new Sampler(this.#child.pid ?? 0);
    const answer = this.#ask(
      { do: "measure", threads, seconds, warmup, one: this.callSeconds, limit, stacks },
      1000 * (warmup + seconds + limit) + GRACE_MS,
      `${this.loaded.function} with ${threads} threads`,
      ({ event, tids }) => (event === "window" ? sampler.start(tids ?? []) : sampler.stop()),
    );
    try {
      const raw = (await answer) as RawWindow;
      const { samples, ownCpu, gap } = sampler.result();
      const interrupted = gap || raw.window.at > seconds + LATE_SECONDS;
      return { ...raw, threads, samples, ownCpu, interrupted };
    } finally {
      sampler.stop();
    }
  }

  /** Ends the process and everything it started. */
  async end(): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#kill();
    if (this.#exit !== undefined) return;
    await new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
  }

  get #orders(): Writable {
    return this.#child.stdio[3] as Writable;
  }

  #ended(how: string): void {
    this.#exit ??= how;
    this.#onAnswer?.(undefined);
  }

  #kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (process.platform === "win32") this.#child.kill("SIGKILL");
      else process.kill(-pid, "SIGKILL");
    } catch {
      // The group is gone already.
    }
  }

  #ask(
    order: Readonly<Record<string, unknown>>,
    limitMs: number,
    what: string,
    onEvent: (answer: Answer) => void = () => {},
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#onAnswer = undefined;
      };
      const lost = (how: string) => {
        settle();
        reject(this.#signal?.aborted ? this.#signal.reason : new RunnerLost(`${what}: ${how}`, this.#stderr));
      };
      const timer = setTimeout(() => {
        this.#kill();
        lost(`no answer within ${Math.round(limitMs / 1000)} s, so the process was ended`);
      }, limitMs);
      this.#onAnswer = (answer) => {
        if (answer === undefined) return lost(`the process ${this.#exit}`);
        if (answer.event !== undefined) return onEvent(answer);
        settle();
        const { failure } = answer;
        if (failure === undefined) return resolve(answer.ok);
        const message = failure.kind === "target" ? failure.message : `${what}: ${failure.message}`;
        reject(
          failure.kind === "stuck"
            ? new RunnerLost(message, failure.detail)
            : new ProfileFailed(message, failure.detail),
        );
      };
      if (this.#exit !== undefined) return lost(`the process ${this.#exit}`);
      this.#orders.write(`${JSON.stringify(order)}\n`);
    });
  }
}
