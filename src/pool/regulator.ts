/**
 * Finds how many tasks of each function run best at once, while they run: `concurrency: "auto"`.
 *
 * Watches only while tasks run, and costs next to nothing: a report from each worker for every decision, and a look at
 * some threads' states in between.
 */
import { freemem, totalmem } from "node:os";
import type { Advice } from "../concurrency/index.js";
import { ThreadStates, type Worker } from "../worker/index.js";
import type { Gate, Permits } from "./permits.js";
import { type LimitChange, type Moment, Regulation } from "./regulation.js";
import type { Slot } from "./slot.js";
import type { FunctionConcurrency } from "./stats.js";

/** Between two looks at the states of threads: while a limit is looked for, and while it is kept (milliseconds). */
const LOOK_EVERY_MS = { search: 25, hold: 100 };
/** Threads looked at each time: a look takes microseconds, and hundreds of them would be felt. */
const MOST_LOOKS = 8;
/** A worker that holds the GIL in C is not waited for longer (milliseconds). */
const SENSE_ANSWER_MS = 200;
/** Memory counts as full when less than this share of it is free. */
const FREE_MEMORY = 0.05;

export interface RegulatorHooks {
  workers(): readonly Worker[];
  slots(): readonly Slot[];
  /** Makes room for so many tasks at once: starts threads or processes; resolves when they are there. */
  grow(limit: number): Promise<void>;
  /** Hands out what a higher limit allows. */
  dispatch(): void;
  limitChanged(functionName: string, change: LimitChange): void;
  advised(functionName: string, advice: Advice): void;
}

export class Regulator {
  readonly #permits: Permits;
  readonly #hooks: RegulatorHooks;
  readonly #bounds: () => { readonly most: number; readonly cores: number };
  readonly #regulations = new Map<Gate, Regulation>();
  readonly #timers = new Map<Regulation, NodeJS.Timeout>();
  readonly #states = new Map<
    Worker,
    { readonly states: ThreadStates; threads: ReadonlyMap<number, number> }
  >();
  #lookTimer: NodeJS.Timeout | undefined;
  #nextLook = 0;
  #isStopped = false;

  /** @param bounds asked once for each function, when it is called first */
  constructor(
    permits: Permits,
    bounds: () => { readonly most: number; readonly cores: number },
    hooks: RegulatorHooks,
  ) {
    this.#permits = permits;
    this.#bounds = bounds;
    this.#hooks = hooks;
    permits.onWake = (gate) => this.#wake(gate);
    for (const gate of permits.gates) if (gate.used > 0) this.#wake(gate);
  }

  get stats(): Record<string, FunctionConcurrency> {
    return Object.fromEntries(Array.from(this.#regulations, ([{ name }, { stats }]) => [name, stats]));
  }

  /** Everything found so far is forgotten: the workers are others. */
  restart(): void {
    this.#rest();
    this.#regulations.clear();
    for (const gate of this.#permits.gates) if (gate.used > 0) this.#wake(gate);
  }

  /** Sets a limit by hand while an action lasts; the controller goes on afterwards where it was. */
  async withLimit<T>(gate: Gate, limit: number, action: () => Promise<T>): Promise<T> {
    const regulation = this.#regulations.get(gate);
    if (regulation === undefined) return action();
    clearTimeout(this.#timers.get(regulation));
    // Held, so that nobody starts another timer meanwhile.
    this.#timers.set(regulation, setTimeout(() => {}, 0).unref());
    gate.limit = limit;
    this.#hooks.dispatch();
    try {
      return await action();
    } finally {
      gate.limit = regulation.limit;
      this.#timers.delete(regulation);
      if (gate.used > 0) this.#wake(gate);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#rest();
    for (const { states } of this.#states.values()) states.close();
    this.#states.clear();
  }

  #rest(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    clearTimeout(this.#lookTimer);
    this.#lookTimer = undefined;
  }

  #wake(gate: Gate): void {
    if (this.#isStopped) return;
    let regulation = this.#regulations.get(gate);
    if (regulation === undefined) {
      const bounds = this.#bounds();
      regulation = new Regulation(gate, { ...bounds, start: Math.max(1, Math.round(bounds.cores)) });
      this.#regulations.set(gate, regulation);
    }
    if (this.#timers.has(regulation)) return;
    this.#after(regulation, 0, (moment) => regulation.begin(moment));
    if (this.#lookTimer === undefined) this.#lookLater();
  }

  /** Looks at everything after some time, and goes on from there. */
  #after(regulation: Regulation, milliseconds: number, then: (moment: Moment) => void): void {
    const timer = setTimeout(async () => {
      const { gate } = regulation;
      if (gate.used === 0 && gate.queue.size === 0) return this.#sleep(regulation);
      const moment = await this.#moment();
      if (this.#timers.get(regulation) !== timer) return;
      then(moment);
      this.#after(regulation, regulation.wait, (next) => this.#decide(regulation, next));
    }, milliseconds);
    this.#timers.set(regulation, timer.unref());
  }

  #sleep(regulation: Regulation): void {
    this.#timers.delete(regulation);
    if (this.#timers.size > 0) return;
    clearTimeout(this.#lookTimer);
    this.#lookTimer = undefined;
  }

  #decide(regulation: Regulation, moment: Moment): void {
    const change = regulation.decide(moment);
    const advice = regulation.takeAdvice();
    if (change !== undefined) {
      this.#hooks.limitChanged(regulation.gate.name, change);
      if (change.limit > change.previous) this.#makeRoom(regulation, change.limit);
    }
    if (advice !== undefined) this.#hooks.advised(regulation.gate.name, advice);
  }

  async #makeRoom(regulation: Regulation, limit: number): Promise<void> {
    const open = this.#hooks.slots().filter(({ isOpen }) => isOpen).length;
    if (limit > open) await this.#hooks.grow(limit);
    if (!this.#isStopped && regulation.gate.limit === limit) this.#hooks.dispatch();
  }

  async #moment(): Promise<Moment> {
    const at = performance.now();
    const { user, system } = process.cpuUsage();
    const workers = this.#hooks.workers();
    const answers = await Promise.all(workers.map((worker) => worker.sense(SENSE_ANSWER_MS)));
    const reports: [Worker, NonNullable<(typeof answers)[number]>][] = [];
    for (const [index, worker] of workers.entries()) {
      const report = answers[index];
      if (report !== undefined) reports.push([worker, report]);
    }
    this.#follow(reports);
    const isMemoryFull = freemem() < totalmem() * FREE_MEMORY;
    return { at, hostCpu: (user + system) / 1e6, reports: new Map(reports), isMemoryFull };
  }

  /** Knows the threads of the workers that are there, and no others. */
  #follow(reports: readonly (readonly [Worker, { readonly threads: ReadonlyMap<number, number> }])[]): void {
    for (const [worker, { threads }] of reports) {
      const known = this.#states.get(worker);
      if (known !== undefined) known.threads = threads;
      else if (worker.pid !== undefined)
        this.#states.set(worker, { states: new ThreadStates(worker.pid), threads });
    }
    for (const [worker, { states }] of this.#states) {
      if (worker.state !== "exited") continue;
      states.close();
      this.#states.delete(worker);
    }
  }

  #lookLater(): void {
    const isSearching = Array.from(this.#timers.keys()).some((regulation) => regulation.isSearching);
    this.#lookTimer = setTimeout(
      () => {
        this.#look();
        this.#lookLater();
      },
      LOOK_EVERY_MS[isSearching ? "search" : "hold"],
    ).unref();
  }

  /** Counts what some of the threads that run tasks do at this moment; others the next time. */
  #look(): void {
    const busy = this.#hooks.slots().filter(({ gate }) => gate !== undefined);
    for (let looks = Math.min(MOST_LOOKS, busy.length); looks > 0; looks--) {
      const slot = busy[this.#nextLook++ % busy.length] as Slot;
      const known = this.#states.get(slot.worker);
      const thread = known?.threads.get(slot.channel.number);
      const state = thread === undefined ? undefined : known?.states.of(thread);
      if (state !== undefined && slot.gate !== undefined) slot.gate.states[state]++;
    }
  }
}
