/** Keeps the wanted number of workers alive, and settles the tasks of those that die. */
import { setMaxListeners } from "node:events";
import {
  PoolUnavailable,
  WorkerCrashed,
  type WorkerExit,
  WorkerReplaced,
  WorkerStartFailed,
} from "../errors.js";
import { settlesWithin, Worker, type WorkerListener, type WorkerOptions } from "../worker/index.js";
import type { Dispatcher } from "./dispatcher.js";
import { RestartPolicy } from "./restart-policy.js";
import type { Task } from "./task.js";

/** A task that was running when this many workers died is not given to another. */
const QUARANTINE_AFTER = 2;

/** Between the starts of workers that died together, so that they do not all import at once (milliseconds). */
const STAGGER_MS = 50;

export interface SupervisorHooks extends Omit<WorkerListener, "exited"> {
  started(worker: Worker): void;
  exited(worker: Worker, expected: boolean, exit: WorkerExit): void;
  startFailed(error: unknown, attempt: number): void;
}

export class Supervisor {
  readonly #dispatcher: Dispatcher;
  readonly #hooks: SupervisorHooks;
  readonly #policy = new RestartPolicy();
  readonly #workers = new Set<Worker>();
  /** Workers the pool itself wants to end. */
  readonly #retiring = new Set<Worker>();
  /** Workers whose successor is being started. */
  readonly #replacing = new Set<Worker>();
  readonly #starting = new Set<Promise<unknown>>();
  /** Before the next start; ended early when the pool closes or its modules change. */
  readonly #pauses = new Set<() => void>();
  /** Ends the starts under way when the pool closes. */
  readonly #closing = new AbortController();
  /** Counts the changes of the modules; a worker that was being started meanwhile may hold either version. */
  #edition = 0;
  #options: WorkerOptions;
  #wanted = 0;
  #isClosed = false;
  #unavailable: PoolUnavailable | undefined;

  constructor(dispatcher: Dispatcher, options: WorkerOptions, hooks: SupervisorHooks) {
    // Every start listens to it, and many workers may start at once.
    setMaxListeners(0, this.#closing.signal);
    this.#dispatcher = dispatcher;
    this.#options = options;
    this.#hooks = hooks;
  }

  /** Workers that take tasks or finish their last ones. */
  get workers(): readonly Worker[] {
    return [...this.#workers];
  }

  /** Why tasks cannot be run at the moment, if so. */
  get unavailable(): PoolUnavailable | undefined {
    return this.#unavailable;
  }

  /**
   * Starts the first worker, and hands it out before it gets tasks.
   *
   * @throws WorkerStartFailed, ModuleLoadFailed
   */
  async startFirst(): Promise<Worker> {
    return this.#launch();
  }

  /** Takes a worker that `startFirst` started, and starts the others of `wanted`. */
  adopt(worker: Worker, wanted: number): void {
    this.#wanted = wanted;
    this.#ready(worker);
    this.#fill();
  }

  /** Other options from now on: every worker is replaced, new ones first. */
  change(options: WorkerOptions, wanted: number): void {
    this.#options = options;
    this.#wanted = wanted;
    for (const worker of this.#workers) this.retire(worker, Number.POSITIVE_INFINITY);
  }

  /** Starts more workers, if more are wanted than before. */
  want(workers: number): void {
    this.#wanted = Math.max(this.#wanted, workers);
    this.#fill();
  }

  /** Resolves when as many workers run as are wanted, or none can be started. */
  async ready(): Promise<void> {
    while (this.#starting.size > 0) await Promise.all(this.#starting);
    if (this.#unavailable !== undefined) throw this.#unavailable;
  }

  /**
   * Replaces a worker: it gets no more tasks, those not started go to others, and it ends when its last task has, at
   * the latest after `patience` milliseconds.
   */
  async retire(worker: Worker, patience: number): Promise<void> {
    if (this.#retiring.has(worker) || !this.#workers.has(worker)) return;
    this.#retiring.add(worker);
    this.#fill();
    const unfinished = () => [
      ...liveTasks(worker).map((task) => task.promise.catch(() => {})),
      ...this.#dispatcher.streamsOn(worker).map(({ ended }) => ended),
    ];
    // A worker stuck in C with the GIL answers no recall: it must not hold this up.
    const closed = this.#dispatcher.close(worker);
    if (unfinished().length > 0) {
      // A stream goes on until its reader has enough, task after task.
      const ended = closed.then(() => settled(unfinished));
      await (patience === Number.POSITIVE_INFINITY ? ended : settlesWithin(ended, patience));
    }
    worker.kill();
  }

  /** Ends every worker. */
  async close(force: boolean): Promise<void> {
    this.#isClosed = true;
    this.#closing.abort();
    this.#endPauses();
    await Promise.allSettled(this.#starting);
    const workers = [...this.#workers];
    for (const worker of workers) this.#retiring.add(worker);
    await Promise.all(
      workers.map((worker) => {
        if (force) worker.kill();
        return force ? worker.exit : worker.stop();
      }),
    );
  }

  /** Ends every worker at once, also while `close` waits for them. */
  kill(): void {
    for (const worker of this.#workers) worker.kill();
  }

  /** The modules have changed: replaces every worker, those that are being started included. */
  reload(): void {
    this.#edition++;
    this.#endPauses();
    for (const worker of this.#workers) this.replace(worker);
  }

  /** Replaces a worker by one that is started before, and keeps it if that fails. */
  async replace(worker: Worker): Promise<void> {
    if (this.#replacing.has(worker) || this.#retiring.has(worker) || this.#isClosed) return;
    this.#replacing.add(worker);
    const edition = this.#edition;
    const start = this.#launch().then(
      (spare) => {
        this.#starting.delete(start);
        if (this.#isClosed) this.#retiring.add(spare);
        this.#ready(spare, edition);
        if (!this.#isClosed) this.retire(worker, Number.POSITIVE_INFINITY);
      },
      async (error) => {
        this.#starting.delete(start);
        if (this.#isClosed) return;
        const pause = this.#policy.died(performance.now(), true, Math.random());
        this.#hooks.startFailed(error, this.#policy.failedStarts);
        if (edition === this.#edition) await this.#pause(pause);
      },
    );
    this.#starting.add(start);
    await start;
    this.#replacing.delete(worker);
    if (edition !== this.#edition && this.#workers.has(worker)) this.replace(worker);
  }

  #launch(): Promise<Worker> {
    return Worker.start(this.#options, this.#listener, this.#closing.signal);
  }

  get #listener(): WorkerListener {
    return { ...this.#hooks, exited: (worker, exit) => this.#exited(worker, exit) };
  }

  /** Starts what is missing. */
  #fill(): void {
    if (this.#isClosed) return;
    for (let missing = this.#missing(); missing > 0; missing--) this.#start();
  }

  #missing(): number {
    const serving = [...this.#workers].filter((worker) => !this.#retiring.has(worker)).length;
    return this.#wanted - serving - this.#starting.size;
  }

  #start(pause = 0): void {
    let edition = this.#edition;
    const start = (pause > 0 ? this.#pause(pause) : Promise.resolve())
      .then(() => {
        edition = this.#edition;
        return this.#isClosed ? undefined : this.#launch();
      })
      .then(
        (worker) => {
          this.#starting.delete(start);
          if (worker === undefined) return;
          if (this.#isClosed) this.#retiring.add(worker);
          this.#ready(worker, edition);
        },
        (error) => {
          this.#starting.delete(start);
          this.#startFailed(error);
        },
      );
    this.#starting.add(start);
  }

  #ready(worker: Worker, edition = this.#edition): void {
    if (worker.state === "exited") {
      this.#startFailed(new WorkerStartFailed(`worker ${worker.pid} ended as soon as it was ready`));
      return;
    }
    this.#policy.started();
    this.#unavailable = undefined;
    this.#workers.add(worker);
    this.#hooks.started(worker);
    this.#dispatcher.add(worker);
    if (edition !== this.#edition) this.replace(worker);
  }

  #startFailed(error: unknown): void {
    if (this.#isClosed) return;
    const pause = this.#policy.died(performance.now(), true, Math.random());
    this.#hooks.startFailed(error, this.#policy.failedStarts);
    if (this.#policy.isHopeless && this.#workers.size === 0) {
      this.#unavailable = new PoolUnavailable(
        `no worker could be started ${this.#policy.failedStarts} times in a row; the last time: ` +
          (error instanceof Error ? error.message : String(error)),
        { cause: error },
      );
      for (const task of this.#dispatcher.drain()) task.reject(this.#unavailable);
    }
    this.#start(pause);
  }

  #exited(worker: Worker, exit: WorkerExit): void {
    if (!this.#workers.delete(worker)) return; // it died before it was ready: its start has failed
    const expected = this.#retiring.delete(worker);
    const streams = this.#dispatcher.streamsOn(worker);
    this.#dispatcher.remove(worker);
    // Oldest in front again, so that those to be repeated keep their order.
    for (const task of liveTasks(worker).reverse()) this.#bereave(task, worker, exit, expected);
    for (const stream of streams) stream.lost(lossOf(stream.functionName, "", worker, exit, expected));
    this.#hooks.exited(worker, expected, exit);
    if (this.#isClosed) return;
    const pause = expected ? 0 : this.#policy.died(performance.now(), false, Math.random());
    if (expected) this.#fill();
    else if (this.#missing() > 0) this.#start(Math.max(pause, this.#starting.size * STAGGER_MS));
    this.#dispatcher.dispatch();
  }

  /** Settles a task whose worker is gone, or lets it run again. */
  #bereave(task: Task, worker: Worker, exit: WorkerExit, expected: boolean): void {
    if (!expected) task.deaths++;
    const error = lossOf(task.name, adviceFor(task), worker, exit, expected);
    if (task.cancellation !== undefined) task.reject(task.cancellation.failure("killed", error));
    else if (task.attempts < task.maxAttempts && task.deaths < QUARANTINE_AFTER)
      this.#dispatcher.requeue(task, true);
    else task.reject(error);
  }

  #endPauses(): void {
    for (const end of this.#pauses) end();
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#pauses.add(end);
    });
  }
}

/** The tasks a worker holds that nobody has settled, oldest first within a thread. */
function liveTasks(worker: Worker): Task[] {
  return worker.channels
    .flatMap((channel) => Array.from(channel.calls, ([, call]) => call as Task))
    .filter((task) => !task.isSettled);
}

/** Waits until nothing is left of what there is to wait for. */
async function settled(unfinished: () => readonly Promise<unknown>[]): Promise<void> {
  for (let left = unfinished(); left.length > 0; left = unfinished()) await Promise.all(left);
}

/** Why what a worker held is lost. */
function lossOf(
  name: string,
  advice: string,
  worker: Worker,
  exit: WorkerExit,
  expected: boolean,
): WorkerReplaced | WorkerCrashed {
  if (expected) return new WorkerReplaced(name);
  const how =
    worker.failure !== undefined
      ? `broke the protocol (${worker.failure.message})`
      : exit.signal !== null
        ? `was killed by ${exit.signal}`
        : `ended with exit code ${exit.exitCode}`;
  return new WorkerCrashed(`${name}: its worker (pid ${exit.pid}) ${how}${advice}`, exit);
}

function adviceFor(task: Task): string {
  if (task.deaths >= QUARANTINE_AFTER) {
    return `; the task was under way when ${task.deaths} workers died, so it is not tried again`;
  }
  if (task.isPart || task.onPlaced !== undefined || task.maxAttempts > 1) return "";
  return "; whether the task had an effect is not known. Pass { retry: { idempotent: true } } for tasks that may run twice";
}
