/**
 * One call on its way through the pool. It is settled exactly once, by whoever comes first: the reply, a cancellation,
 * the death of its worker, the end of the pool.
 *
 *   queued ──► sent ──► settled
 *     ▲          │ recalled, or its worker died and it may run again
 *     └──────────┘
 */
import type { ProtocolError } from "../errors.js";
import { FunctionNotFound, NotSendable, PythonError } from "../errors.js";
import { type FunctionForm, toErrorDetails } from "../wire/index.js";
import type { Call, TaskChannel } from "../worker/index.js";
import type { Binding } from "./binding.js";
import type { Progress } from "./call-options.js";
import type { Cancellation } from "./cancellation.js";
import type { Slot } from "./slot.js";

/** What a function among the arguments of a task becomes on a channel. Throws NogilError. */
export type Passage = (task: Task, value: object, channel: TaskChannel) => FunctionForm;

/** What Python hears of an error of a host function. */
export interface HostFailure {
  readonly type: string;
  readonly message: string;
  readonly code: string | null;
  readonly stack: string;
}

/** The Python class of such an error. */
export const HOST_ERROR = "nogil.host.HostError";

/** Code that catches them may get any number; only the last ones are likely causes. */
const HOST_ERRORS_KEPT = 8;

export type TaskState = "queued" | "sent" | "fulfilled" | "rejected";

/** Where and how long a task ran. Times are milliseconds; instants are on the machine's monotonic clock. */
export interface TaskStats {
  /** Milliseconds between the call and its start in Python. */
  readonly queued: number | undefined;
  /** Milliseconds the function ran. */
  readonly wall: number | undefined;
  /** CPU milliseconds of its thread; undefined where not measured (functions that take under 0.1 ms). */
  readonly cpu: number | undefined;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Process id of the worker. */
  readonly worker: number | undefined;
  /** Number of the thread within its worker, from 0. */
  readonly thread: number | undefined;
  /** How often it was started. */
  readonly attempts: number;
}

/** performance.now() counts from the start of this process, Python's clock from the start of the machine. */
const CLOCK_OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

const NO_ARGUMENTS: readonly unknown[] = [];

let lastNumber = 0;

export class Task implements Call {
  readonly name: string;
  /** Counts the tasks of this host process. */
  readonly number = ++lastNumber;
  args: readonly unknown[];
  keywords: Readonly<Record<string, unknown>> | undefined;
  readonly priority: number;
  /** What Python is asked to call, where that is not the function itself. */
  target: string | undefined;
  /** Opens a stream: hears where it was sent, and of undefined when it waits again. */
  onPlaced: ((slot: Slot | undefined) => void) | undefined;
  /** A part of a stream: belongs to one thread, is not counted, and teaches nothing of the function. */
  isPart = false;
  /** The task that opened the stream of which this is a part. */
  owner: Task | undefined;
  onItems: ((part: unknown) => void) | undefined;
  /** How often it may be started in all. */
  maxAttempts: number;
  state: TaskState = "queued";
  /** The value or the error, once settled. */
  outcome: unknown;
  attempts = 0;
  /** Workers that died while they held it. */
  deaths = 0;
  /** The queue it was put into last. */
  waitsIn: { settled(): void } | undefined;
  /** The thread it was sent to. */
  slot: Slot | undefined;
  /** Id on the channel of that thread. */
  id = 0;
  /** Seconds it was expected to take when it was sent. */
  estimate = 0;
  /** Set once the task is to be stopped. */
  cancellation: Cancellation | undefined;
  /** Runs on a thread that waits for a host function, inside the task that called it. */
  isNested = false;
  /** The session it belongs to. */
  binding: Binding | undefined;
  /** Says how functions among its arguments travel. */
  passage: Passage | undefined;
  /** Makes the result of what Python returned. */
  convert: ((value: unknown) => unknown) | undefined;
  progress: Progress | undefined;
  onProgress: ((progress: Progress) => void) | undefined;
  readonly #createdAt = performance.now();
  readonly #onSettled: (task: Task, wasQueued: boolean) => void;
  #ends: (() => void)[] | undefined;
  #times: { readonly start: number; readonly end: number; readonly cpu: number } | undefined;
  #promise: Promise<unknown> | undefined;
  /** Keeps its iterables, in a pool. */
  onIterable: ((task: Task, iterable: object) => number) | undefined;
  /** Errors that host functions failed with inside it: one of them may be the cause of its own. */
  #hostErrors: { readonly failure: HostFailure; readonly error: unknown }[] | undefined;
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(
    name: string,
    args: readonly unknown[],
    keywords: Readonly<Record<string, unknown>> | undefined,
    priority: number,
    maxAttempts: number,
    onSettled: (task: Task, wasQueued: boolean) => void,
  ) {
    this.name = name;
    this.args = args;
    this.keywords = keywords;
    this.priority = priority;
    this.maxAttempts = maxAttempts;
    this.#onSettled = onSettled;
  }

  get isSettled(): boolean {
    return this.state === "fulfilled" || this.state === "rejected";
  }

  /** Made when first asked for, so that a failure nobody looks at is no unhandled rejection. */
  get promise(): Promise<unknown> {
    this.#promise ??= new Promise((resolve, reject) => {
      if (this.state === "fulfilled") resolve(this.outcome);
      else if (this.state === "rejected") reject(this.outcome);
      else {
        this.#resolve = resolve;
        this.#reject = reject;
      }
    });
    return this.#promise;
  }

  formOf(value: object, channel: TaskChannel): FunctionForm {
    if (this.passage === undefined) throw new NotSendable("arguments", "a function cannot be sent to Python");
    return this.passage(this, value, channel);
  }

  /** Seconds the function ran; undefined before it has. */
  get wallSeconds(): number | undefined {
    return this.#times === undefined ? undefined : this.#times.end - this.#times.start;
  }

  get stats(): TaskStats {
    const times = this.#times;
    return {
      queued: times && Math.max(0, times.start * 1e3 - this.#createdAt - CLOCK_OFFSET_MS),
      wall: times && (times.end - times.start) * 1e3,
      cpu: times === undefined || Number.isNaN(times.cpu) ? undefined : times.cpu * 1e3,
      startedAt: times && times.start * 1e3,
      endedAt: times && times.end * 1e3,
      worker: this.slot?.worker.pid,
      thread: this.slot?.channel.number,
      attempts: this.attempts,
    };
  }

  /** Back to waiting: it was recalled, or may run again. */
  requeued(started: boolean): void {
    if (!started) this.attempts--;
    this.slot = undefined;
    this.id = 0;
    this.isNested = false;
    this.onPlaced?.(undefined);
  }

  sent(slot: Slot, id: number): void {
    this.attempts++;
    this.slot = slot;
    this.id = id;
    this.onPlaced?.(slot);
  }

  returned(value: unknown, start: number, end: number, cpu: number): void {
    this.#times = { start, end, cpu };
    if (this.cancellation !== undefined) this.reject(this.cancellation.failure("cooperative"));
    else this.fulfil(this.convert === undefined ? value : this.convert(value));
  }

  raised(details: unknown, start: number, end: number, cpu: number): void {
    this.#times = { start, end, cpu };
    this.reject(this.cancellation?.failureAfter(details) ?? this.withCause(toError(this.name, details)));
  }

  garbled(error: ProtocolError, start: number, end: number, cpu: number): void {
    this.#times = { start, end, cpu };
    this.reject(error);
  }

  unsent(error: NotSendable): void {
    this.reject(error);
  }

  progressed(done: unknown, total: unknown): void {
    this.progress = { done: Number(done), total: typeof total === "number" ? total : undefined };
    const { progress, onProgress } = this;
    if (onProgress !== undefined) uncaughtIfThrown(() => onProgress(progress));
  }

  yielded(part: unknown): void {
    this.onItems?.(part);
  }

  keep(iterable: object): number {
    if (this.onIterable === undefined) throw new TypeError("this task belongs to no pool");
    return this.onIterable(this, iterable);
  }

  /** Remembers what a host function failed with, and how Python was told. */
  hostFailed(error: unknown, failure: HostFailure): void {
    this.#hostErrors = [...(this.#hostErrors ?? []).slice(-HOST_ERRORS_KEPT), { failure, error }];
  }

  /** Gives an error of Python that is one of a host function this one as its cause. */
  withCause<E>(error: E): E {
    if (this.#hostErrors === undefined || !(error instanceof PythonError)) return error;
    if (error.type !== HOST_ERROR) return error;
    const known = this.#hostErrors.findLast(
      ({ failure }) => failure.message === error.args[1] && failure.stack === error.args[3],
    );
    if (known !== undefined)
      Object.defineProperty(error, "cause", { value: known.error, configurable: true, writable: true });
    return error;
  }

  fulfil(value: unknown): void {
    if (this.isSettled) return;
    const wasQueued = this.state === "queued";
    this.state = "fulfilled";
    this.outcome = value;
    this.#resolve?.(value);
    this.#settled(wasQueued);
  }

  reject(error: unknown): void {
    if (this.isSettled) return;
    const wasQueued = this.state === "queued";
    this.state = "rejected";
    this.outcome = error;
    this.#reject?.(error);
    this.#settled(wasQueued);
  }

  /** Calls back when the task is settled: takes down its timer, its listeners. */
  onEnd(callback: () => void): void {
    this.#ends = [...(this.#ends ?? []), callback];
  }

  #settled(wasQueued: boolean): void {
    // A handle may be kept for long; what was sent need not be.
    this.args = NO_ARGUMENTS;
    this.keywords = undefined;
    if (this.#ends !== undefined) for (const end of this.#ends) end();
    this.#onSettled(this, wasQueued);
  }
}

/** What the program's own callbacks throw goes to the program, and does not stop the reading of replies. */
export function uncaughtIfThrown(callback: () => unknown): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** The error for what Python said of an exception: our own classes where the worker's own code raised it. */
function toError(name: string, details: unknown): unknown {
  const parsed = toErrorDetails(details);
  const raw = details as Record<string, unknown>;
  if (parsed.type === "nogil._modules.FunctionNotFound") {
    const nearest = Array.isArray(raw.nearest) ? raw.nearest.map(String) : [];
    return new FunctionNotFound(name, parsed.text, nearest);
  }
  if (parsed.type === "nogil._values.NotSendable")
    return new NotSendable(String(raw.path), String(raw.reason));
  return new PythonError(parsed);
}
