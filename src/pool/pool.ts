/** The pool: Python workers behind one queue. */
import { EventEmitter } from "node:events";
import { InvalidOption, type NogilError, PoolClosed, QueueFull, TaskCancelled } from "../errors.js";
import { allowedCores, chooseInterpreter, type Interpreter } from "../interpreter/index.js";
import type { CallLabel, Worker, WorkerOptions } from "../worker/index.js";
import type { Adaptation } from "./adaptation.js";
import type { Binding } from "./binding.js";
import { attemptsOf, type CallOptions, checkCallOptions, splitArguments } from "./call-options.js";
import { watchCall } from "./call-watch.js";
import { Canceller } from "./canceller.js";
import { Dispatcher } from "./dispatcher.js";
import type { PoolEvents } from "./events.js";
import { FileWatch } from "./file-watch.js";
import { Handle } from "./handle.js";
import { HostCalls } from "./host-calls.js";
import { FunctionTable } from "./host-functions.js";
import { Liveness } from "./liveness.js";
import { type MapOptions, MapRun } from "./map.js";
import { find, register, reserve, unregister } from "./named-pools.js";
import { Nesting } from "./nesting.js";
import { OpenWork } from "./open-work.js";
import { moduleLocation, normalizeOptions, type PoolOptions, type ResolvedOptions } from "./options.js";
import { Permits } from "./permits.js";
import {
  firstProfile,
  type ProfileChoice,
  profileAfterImports,
  warnOfProcesses,
  whyGilIsOn,
} from "./profile.js";
import { Recycler } from "./recycler.js";
import type { Resident } from "./resident.js";
import { type Operation, Residents } from "./residents.js";
import { mergeReports, type Overlap, type SafetyReport, warnOfSerialised } from "./safety.js";
import { Session, type SessionOptions } from "./session.js";
import type { Shareable, Shared, ShareOptions } from "./shared.js";
import { SharedArrays } from "./shared-arrays.js";
import { type Sizing, sizing } from "./sizing.js";
import { fixedConcurrency, type PoolStats, workerStats } from "./stats.js";
import type { Stream } from "./stream.js";
import type { StreamOptions } from "./stream-options.js";
import { Streams } from "./streams.js";
import { Supervisor } from "./supervisor.js";
import { type Passage, Task, uncaughtIfThrown } from "./task.js";
import {
  type PythonTools,
  type PythonToolsOptions,
  type PythonType,
  pythonTools,
  pythonType,
} from "./tools.js";
import { workerOptions } from "./worker-options.js";

/** Tasks a map keeps under way for each thread, and at least, so that small ones can be sent in batches. */
const MAP_TASKS_PER_THREAD = 4;
const MAP_TASKS_AT_LEAST = 64;
/** A worker that is busy in C with the GIL is left out of a safety report (milliseconds). */
const SAFETY_ANSWER_MS = 1_000;

/**
 * Starts a pool of Python workers and resolves when the first has imported the modules.
 *
 * @throws InvalidOption, InterpreterNotFound, InterpreterUnusable
 * @throws ModuleLoadFailed when a module does not exist, does not parse or raises
 * @throws WorkerStartFailed when Python does not come up
 */
export async function createPool(options: PoolOptions): Promise<Pool> {
  const resolved = normalizeOptions(options);
  const { name } = resolved;
  if (name !== undefined) reserve(name);
  try {
    const interpreter = await chooseInterpreter({
      python: resolved.python,
      cwd: resolved.cwd,
      preferFreeThreaded: resolved.profile !== "process",
    });
    const pool = new Pool(PRIVATE, resolved, interpreter);
    await pool[START]();
    if (name !== undefined) register(name, pool);
    return pool;
  } catch (error) {
    if (name !== undefined) unregister(name);
    throw error;
  }
}

/** The open pool that was created with this name; undefined when there is none. */
export function getPool(name: string): Pool | undefined {
  const pool = find(name);
  return pool instanceof Pool ? pool : undefined;
}

const PRIVATE = Symbol("only createPool makes pools");
const START = Symbol("start");

export class Pool extends EventEmitter<PoolEvents> implements AsyncDisposable {
  /** The Python that runs the workers. */
  readonly interpreter: Interpreter;
  readonly #options: ResolvedOptions;
  /** Processors that may be used: a fraction where a control group grants one, and whole ones. */
  readonly #allowed: number;
  readonly #cores: number;
  readonly #permits: Permits | undefined;
  readonly #dispatcher: Dispatcher;
  readonly #canceller: Canceller;
  readonly #supervisor: Supervisor;
  readonly #hostCalls: HostCalls;
  readonly #nesting: Nesting;
  readonly #shared: SharedArrays;
  readonly #streams: Streams;
  readonly #residents: Residents;
  /** Until Python may call the host, no call can come from within one. */
  #hasHost: boolean;
  readonly #sessions = new Map<string, Session>();
  readonly #toldSerialised = new Set<string>();
  #liveness: Liveness | undefined;
  #recycler: Recycler | undefined;
  #fileWatch: FileWatch | undefined;
  #adaptation: Adaptation | undefined;
  #choice: ProfileChoice;
  #closing: Promise<void> | undefined;
  readonly #work = new OpenWork();
  #fulfilled = 0;
  #rejected = 0;

  /** @internal */
  constructor(secret: symbol, options: ResolvedOptions, interpreter: Interpreter) {
    super();
    if (secret !== PRIVATE) throw new TypeError("use createPool() to make a pool");
    this.#options = options;
    this.interpreter = interpreter;
    this.#allowed = allowedCores().allowed;
    this.#cores = Math.max(1, Math.floor(this.#allowed));
    this.#choice = firstProfile(options.profile, interpreter);
    const { concurrency } = options;
    if (concurrency !== undefined)
      this.#permits = new Permits(concurrency === "auto" ? this.#cores : concurrency);
    this.#dispatcher = new Dispatcher(options.maxCoroutines, this.#permits);
    this.#shared = new SharedArrays(() => this.#supervisor.workers, options);
    this.#hasHost = Object.keys(options.host).length > 0;
    this.#hostCalls = new HostCalls(new FunctionTable(options.host), (call) => this.#nesting.callEnded(call));
    this.#nesting = new Nesting(this.#dispatcher);
    this.#residents = new Residents(this.#dispatcher, {
      submit: (name, args, callOptions, of) =>
        this.#handle(this.#task(name, args, callOptions, undefined, of)),
      stream: (name, args, callOptions, of) => this.#streams.stream(name, args, callOptions, undefined, of),
      begun: this.#work.begun,
      ended: this.#work.ended,
    });
    this.#dispatcher.hostListenerOf = (slot) => this.#hostCalls.listenerOf(slot);
    this.#supervisor = new Supervisor(this.#dispatcher, this.#workerOptions(), {
      started: (worker) => this.#tell("worker-started", { worker: worker.number, pid: worker.pid ?? 0 }),
      exited: (worker, expected, exit) => {
        this.#hostCalls.exited(worker);
        this.#residents.exited(worker, exit);
        this.#tell("worker-exited", { worker: worker.number, expected, exit });
      },
      startFailed: (error, attempt) => this.#tell("worker-start-failed", { error, attempt }),
      output: (worker, stream, line, call) => this.#output(worker, stream, line, call),
      gilEnabled: (worker, module) => this.#gilEnabled(worker, module),
      serialised: (_, className) => this.#serialised(className),
      hostCalled: (worker, number, request) => this.#hostCalls.called(worker, number, request),
      hostCancelled: (worker, number) => this.#hostCalls.cancelled(worker, number),
      overlap: (_, overlap) => this.#tell("thread-overlap", overlap as Overlap),
    });
    this.#canceller = new Canceller(this.#dispatcher, {
      grace: options.grace,
      killAfter: options.killAfter,
      stopping: (task) => this.#hostCalls.stop(task),
      replace: (worker) => this.#supervisor.retire(worker, options.killAfter),
    });
    this.#streams = new Streams(this.#dispatcher, {
      open: (...given) => this.#task(...given),
      stop: (task, failure) => this.#canceller.stop(task, failure),
      began: this.#work.begun,
      partEnded: this.#work.ended,
      failed: (task, error) => this.#tellFailure(task, error),
      hostCalls: this.#hostCalls,
    });
  }

  /** What the workers are: threads of one process, or processes. */
  get profile(): "thread" | "process" {
    return this.#choice.profile;
  }

  /** Why, in a sentence. */
  get profileReason(): string {
    return this.#choice.reason;
  }

  /**
   * Hands a call to the pool without waiting for anything. Keyword arguments: `kwargs({ … })` as the last argument.
   *
   * @param name `function`, `module.function`, `Class.method` or `module.Class.method`
   * @throws QueueFull when `maxQueue` tasks wait already; PoolClosed
   */
  push<T = unknown>(name: string, ...args: readonly unknown[]): Handle<T> {
    return this.#handle<T>(this.#task(name, args, NO_OPTIONS));
  }

  /** As `push`, with options. */
  submit<T = unknown>(
    name: string,
    args: readonly unknown[] = [],
    options: CallOptions = NO_OPTIONS,
  ): Handle<T> {
    return this.#handle<T>(this.#task(name, args, checkCallOptions(options)));
  }

  /**
   * Calls a Python function and waits for its result.
   *
   * @throws PythonError what the function raised
   * @throws FunctionNotFound, NotSendable, TaskTimeout, TaskCancelled, WorkerCrashed, WorkerReplaced, QueueFull,
   * PoolClosed, PoolUnavailable
   */
  call<T = unknown>(
    name: string,
    args: readonly unknown[] = NO_ARGUMENTS,
    options: CallOptions = NO_OPTIONS,
  ): Promise<T> {
    try {
      const checked = options === NO_OPTIONS ? options : checkCallOptions(options);
      return this.#task(name, args, checked).promise as Promise<T>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Makes an object that stays in a worker, as `pool.call(name, args, { keep: true })` does.
   *
   * @param name a class, or a function that makes the object
   * @param args keyword arguments: `kwargs({ … })` as the last one
   * @returns a reference. The object lives until it is freed, by `$free()`, `await using` or when no reference is left
   * @throws as `call`
   */
  create<T = unknown>(name: string, ...args: readonly unknown[]): Promise<Resident<T>> {
    return this.call<Resident<T>>(name, args, KEEP);
  }

  /**
   * One call for each item, a bounded number at a time. Await the result for an array, or iterate it.
   *
   * @param items any iterable or async iterable; it is read only as fast as the results are taken
   */
  map<T = unknown>(
    name: string,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    options: MapOptions = {},
  ): MapRun<T> {
    const threads = this.#sizing.mostAtOnce;
    const concurrency = Math.min(
      Math.max(MAP_TASKS_AT_LEAST, MAP_TASKS_PER_THREAD * threads),
      this.#options.maxQueue,
    );
    return new MapRun<T>(
      items,
      (args, callOptions) => this.submit<T>(name, args, callOptions),
      options,
      concurrency,
    );
  }

  /**
   * What a Python generator, or an async one, yields. Nothing happens before the first item is asked for; Python runs
   * ahead of the reader by a bounded number of items; leaving the loop closes the generator.
   *
   * @param args of the function; keyword arguments: `kwargs({ … })` as the last one
   */
  stream<T = unknown>(name: string, ...args: readonly unknown[]): Stream<T> {
    return this.submitStream<T>(name, args);
  }

  /**
   * As `stream`, with options. A `timeout` is for the whole stream.
   *
   * @throws InvalidOption
   */
  submitStream<T = unknown>(
    name: string,
    args: readonly unknown[] = [],
    options: StreamOptions = {},
  ): Stream<T> {
    return this.#streams.stream<T>(name, args, options);
  }

  /**
   * A caller bound to one worker: what its calls leave in Python is there for the next ones.
   *
   * @param key any text; the same key gives the same session until it is closed
   */
  session(key: string, options: SessionOptions = {}): Session {
    const { mode } = options;
    if (typeof key !== "string" || key === "") throw new InvalidOption("key", key, "a text");
    if (this.#closing !== undefined) throw new PoolClosed();
    if (mode !== undefined && mode !== "hint" && mode !== "strict")
      throw new InvalidOption("mode", mode, '"hint" or "strict"');
    if (mode === "strict" && this.#sizing.workers === 1 && Object.keys(this.#options.recycle).length > 0) {
      throw new InvalidOption(
        "mode",
        mode,
        '"hint", or more than one worker: this pool recycles its only worker, which a strict session would forbid',
      );
    }
    const known = this.#sessions.get(key);
    if (known !== undefined && !known.isLost) {
      if (mode === undefined || mode === known.mode) return known;
      throw new InvalidOption("mode", mode, `"${known.mode}", as the open session "${key}" was made`);
    }
    known?.close();
    const binding: Binding = {
      key,
      mode: mode ?? "hint",
      worker: undefined,
      isLost: false,
      isReleased: false,
    };
    const session = new Session(
      {
        submit: (name, args, callOptions, to) =>
          this.#handle(this.#task(name, args, checkCallOptions(callOptions), to)),
        stream: (name, args, streamOptions, to) => this.#streams.stream(name, args, streamOptions, to),
        closed: (released) => {
          this.#sessions.delete(key);
          this.#dispatcher.release(released);
        },
      },
      binding,
    );
    this.#sessions.set(key, session);
    return session;
  }

  /**
   * Python functions as tools of a language model: those marked with `@tool`, or else all that the module defines and
   * exports. Schemas come from type hints and docstrings.
   *
   * @param module one of the pool's modules. @default all
   * @throws InvalidOption for a module or a tool that is not there
   * @throws PythonError when a function cannot be a tool: a hint that has no JSON form or cannot be read
   */
  async tools(module?: string | URL, options: PythonToolsOptions = {}): Promise<PythonTools> {
    const { modules, cwd } = this.#options;
    const number = module === undefined ? undefined : modules.indexOf(moduleLocation(module, cwd));
    if (number === -1) {
      throw new InvalidOption("module", String(module), `a module of this pool: ${modules.join(", ")}`);
    }
    return pythonTools(this.#submit, number, options);
  }

  /**
   * A Python class as the type of a language model's answer: a dataclass, a TypedDict, a NamedTuple, a pydantic model.
   *
   * @param name `Class` or `module:Class`
   * @throws PythonError when there is none or it has no JSON form
   */
  type<T = unknown>(name: string): Promise<PythonType<T>> {
    return pythonType<T>(this.#submit, name);
  }

  /**
   * Puts an array into shared memory, once for many calls: the handle, as an argument, is not sent again (docs/pool.md).
   *
   * @throws SharedMemoryFull over `maxSharedBytes`, or when the machine has no more; PoolClosed
   */
  async share(array: Shareable, options: ShareOptions = {}): Promise<Shared> {
    if (this.#closing !== undefined) throw new PoolClosed();
    return this.#shared.share(array, options);
  }

  /** What safety checks have seen in all workers, and imported libraries known not to be thread-safe. */
  async safetyReport(): Promise<SafetyReport> {
    return mergeReports(
      await Promise.all(this.#supervisor.workers.map((worker) => worker.safety(SAFETY_ANSWER_MS))),
    );
  }

  /** Resolves when all workers run, not only the first. */
  ready(): Promise<void> {
    return this.#supervisor.ready();
  }

  /** Counts and states at this moment. */
  stats(): PoolStats {
    return {
      profile: this.#choice.profile,
      profileReason: this.#choice.reason,
      queued: this.#dispatcher.waiting,
      running: this.#dispatcher.running,
      fulfilled: this.#fulfilled,
      rejected: this.#rejected,
      shared: this.#shared.stats,
      residents: this.#residents.count(),
      workers: this.#supervisor.workers.map((worker) => workerStats(worker, this.#residents.count(worker))),
      ...(this.#permits === undefined
        ? {}
        : { concurrency: this.#adaptation?.stats ?? fixedConcurrency(this.#permits) }),
    };
  }

  /**
   * Ends the pool. New tasks are refused at once; those under way and waiting are finished first.
   *
   * @param options.force fail them with PoolClosed and kill the workers instead; also when the pool is closing already
   */
  close(options: { readonly force?: boolean } = {}): Promise<void> {
    const force = options.force ?? false;
    if (force) this.#failAll();
    if (force && this.#closing !== undefined) this.#supervisor.kill();
    this.#closing ??= this.#close(force);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  async [START](): Promise<void> {
    this.#work.starting();
    try {
      await this.#start();
      this.#work.started();
    } catch (error) {
      this.#work.closed();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { profile } = this.#options;
    let worker = await this.#supervisor.startFirst();
    const choice = profileAfterImports(profile, this.#choice, worker.hello);
    if (choice.profile !== this.#choice.profile) {
      this.#choice = choice;
      await worker.stop();
      this.#supervisor.change(this.#workerOptions(), 0);
      worker = await this.#supervisor.startFirst();
    }
    this.#choice = choice;
    if (profile === "auto" && choice.profile === "process") warnOfProcesses(choice.reason, this.interpreter);
    this.#supervisor.adopt(worker, this.#sizing.workers);
    this.#liveness = new Liveness(() => this.#supervisor.workers, {
      unresponsive: (silent, milliseconds, state) =>
        this.#tell("worker-unresponsive", { pid: silent.pid ?? 0, milliseconds, state }),
      responsive: (answering) => this.#tell("worker-responsive", { pid: answering.pid ?? 0 }),
    });
    const { recycle, watch, modules } = this.#options;
    if (Object.keys(recycle).length > 0) {
      const isHeld = (candidate: Worker) => this.#dispatcher.isHeld(candidate);
      this.#recycler = new Recycler(recycle, this.#dispatcher, isHeld, (old, reason) => {
        this.#tell("worker-recycled", { pid: old.pid ?? 0, reason });
        this.#supervisor.replace(old);
      });
    }
    if (this.#permits !== undefined && this.#options.concurrency === "auto")
      this.#adaptation = await this.#adapt(this.#permits);
    if (watch) {
      this.#fileWatch = new FileWatch(modules, () => this.#supervisor.reload());
    }
  }

  #task(
    name: string,
    args: readonly unknown[],
    options: CallOptions,
    binding?: Binding,
    of?: Operation,
    prepare?: (task: Task) => void,
  ): Task {
    if (typeof name !== "string" || name === "")
      throw new InvalidOption("name", name, "the name of a Python function");
    if (!Array.isArray(args)) throw new InvalidOption("args", args, "an array of arguments");
    const enclosing = this.#hasHost ? this.#hostCalls.enclosing(name) : undefined;
    // What a running task needs is part of it: it is neither too late for it nor too much.
    if (this.#closing !== undefined && enclosing === undefined) throw new PoolClosed();
    if (this.#dispatcher.waiting >= this.#options.maxQueue && enclosing === undefined)
      throw new QueueFull(this.#options.maxQueue);
    if (this.#supervisor.unavailable !== undefined) throw this.#supervisor.unavailable;
    const [positional, keywords] = splitArguments(args, options.kwargs);
    const attempts = attemptsOf(options.retry);
    const task = new Task(name, positional, keywords, options.priority ?? 0, attempts, this.#settled);
    task.binding = binding ?? of?.lease.binding ?? this.#residents.homeOf(positional)?.binding;
    task.passage = this.#passage;
    if (of !== undefined) this.#residents.direct(task, of);
    if (options.keep !== undefined) this.#residents.keep(task, options.keep);
    task.onIterable = this.#keepIterable;
    if (options !== NO_OPTIONS) watchCall(task, options, this.#canceller);
    prepare?.(task);
    this.#work.begun();
    if (of?.lease.failure !== undefined) task.reject(of.lease.failure);
    if (task.isSettled) return task;
    if (this.#hasHost) this.#hostCalls.remember(task);
    if (enclosing === undefined) this.#dispatcher.push(task);
    else this.#nesting.push(task, enclosing);
    return task;
  }

  /** How functions among arguments travel: references to objects in Python, and functions that Python may call. */
  readonly #passage: Passage = (task, value, channel) => {
    const reference = this.#residents.formOf(task, value, channel);
    if (reference !== undefined) return reference;
    this.#hasHost = true;
    return ["function", this.#hostCalls.lend(task, value)];
  };

  #handle<T>(task: Task): Handle<T> {
    return new Handle<T>(task, this.#cancel);
  }

  readonly #submit = (name: string, args: readonly unknown[], options?: CallOptions) =>
    this.call(name, args, options);

  readonly #keepIterable = (task: Task, iterable: object) => {
    this.#hasHost = true;
    return this.#hostCalls.keep(task, iterable);
  };

  readonly #cancel = (task: Task) =>
    this.#canceller.stop(task, (step, cause) => new TaskCancelled(task.name, step, { cause }));

  readonly #settled = (task: Task, wasQueued: boolean): void => {
    if (wasQueued) task.waitsIn?.settled();
    else this.#dispatcher.ended(task);
    if (task.isNested) this.#nesting.ended(task);
    if (task.state === "fulfilled") this.#fulfilled++;
    else this.#rejected++;
    this.#work.ended();
    if (task.state === "rejected") this.#tellFailure(task, task.outcome);
  };

  #tellFailure({ name, stats }: Task, error: unknown): void {
    if (this.listenerCount("task-failed") === 0) return;
    this.#tell("task-failed", { functionName: name, error: error as NogilError, stats });
  }

  /** A listener that throws is an uncaught exception of the program, not a hole in the pool's books. */
  #tell<K extends keyof PoolEvents>(name: K, event: PoolEvents[K][0]): void {
    if (this.listenerCount(name) > 0) uncaughtIfThrown(() => (this as EventEmitter).emit(name, event));
  }

  async #close(force: boolean): Promise<void> {
    this.#streams.close();
    await this.#work.closing(!force);
    this.#liveness?.stop();
    this.#recycler?.stop();
    this.#adaptation?.stop();
    this.#fileWatch?.close();
    await this.#supervisor.close(force);
    this.#shared.close();
    this.#work.closed();
    if (this.#options.name !== undefined) unregister(this.#options.name);
  }

  #failAll(): void {
    const { slots } = this.#dispatcher;
    const closed = () => new PoolClosed("the pool was closed by force before the task ended");
    for (const task of this.#dispatcher.drain()) task.reject(closed());
    for (const slot of slots) for (const [, call] of [...slot.channel.calls]) (call as Task).reject(closed());
  }

  #output(worker: Worker, stream: "stdout" | "stderr", line: string, call: CallLabel | undefined): void {
    const label = call && { task: call.number, functionName: call.name };
    this.#tell("output", { pid: worker.pid ?? 0, stream, line, ...label });
    const { output } = this.#options;
    if (output === "inherit") process[stream].write(`${line}\n`);
    else if (output !== "events") output(stream, line);
  }

  /** Said once a class, whichever worker sees it first. */
  #serialised(className: string): void {
    if (this.#toldSerialised.has(className)) return;
    this.#toldSerialised.add(className);
    warnOfSerialised(className);
  }

  #gilEnabled(worker: Worker, module: string): void {
    this.#tell("gil-enabled", { pid: worker.pid ?? 0, module });
    if (this.#options.profile !== "auto" || this.#choice.profile !== "thread" || worker.state !== "ready")
      return;
    const reason = whyGilIsOn(module);
    warnOfProcesses(reason, this.interpreter);
    this.#change({ profile: "process", reason });
  }

  /** Loaded by those who ask for it: others need not read the code. */
  async #adapt(permits: Permits): Promise<Adaptation> {
    const { Adaptation } = await import("./adaptation.js");
    const hasStrictSession = () => [...this.#sessions.values()].some(({ mode }) => mode === "strict");
    return new Adaptation({
      permits,
      dispatcher: this.#dispatcher,
      supervisor: this.#supervisor,
      bounds: () => ({ most: this.#sizing.mostAtOnce, cores: this.#allowed }),
      profile: () => this.#choice.profile,
      mayChange: () => this.#options.profile === "auto" && !hasStrictSession(),
      change: (profile, reason) => this.#change({ profile, reason }),
      limitChanged: (functionName, change) => this.#tell("limit-changed", { functionName, ...change }),
      contended: (contention) => {
        this.#tell("threads-contend", contention);
        process.emitWarning(contention.text, { type: "NogilWarning", code: "NOGIL_THREADS_CONTEND" });
      },
    });
  }

  #change(choice: ProfileChoice): void {
    this.#choice = choice;
    this.#tell("profile-changed", choice);
    this.#supervisor.change(this.#workerOptions(), this.#sizing.workers);
    this.#adaptation?.restart();
  }

  get #sizing(): Sizing {
    return sizing(this.#options, this.#choice.profile, this.#cores);
  }

  #workerOptions(): WorkerOptions {
    return workerOptions(this.#options, this.interpreter, this.#choice.profile, this.#sizing, this.#cores);
  }
}

const NO_ARGUMENTS: readonly unknown[] = [];
const NO_OPTIONS: CallOptions = Object.freeze({});
const KEEP: CallOptions = Object.freeze({ keep: true });
