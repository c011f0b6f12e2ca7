/**
 * `concurrency: "auto"` in a pool: the controller's limits made true, by starting threads or processes, and its advice
 * followed. Loaded by those pools only that ask for it.
 */
import { type Contention, respond } from "./contention.js";
import type { Dispatcher } from "./dispatcher.js";
import type { Permits } from "./permits.js";
import type { LimitChange } from "./regulation.js";
import { Regulator } from "./regulator.js";
import type { FunctionConcurrency } from "./stats.js";
import type { Supervisor } from "./supervisor.js";

export interface AdaptationHooks {
  readonly permits: Permits;
  readonly dispatcher: Dispatcher;
  readonly supervisor: Supervisor;
  /** Tasks that may come to run at once, and processors that may be used (a fraction where one is granted). */
  bounds(): { readonly most: number; readonly cores: number };
  profile(): "thread" | "process";
  /** Whether the pool may choose between threads and processes. */
  mayChange(): boolean;
  change(profile: "thread" | "process", reason: string): void;
  limitChanged(functionName: string, change: LimitChange): void;
  contended(contention: Contention): void;
}

export class Adaptation {
  readonly #hooks: AdaptationHooks;
  readonly #regulator: Regulator;
  /** Functions whose advice was followed: it is once. */
  readonly #answered = new Set<string>();
  #isStopped = false;

  constructor(hooks: AdaptationHooks) {
    this.#hooks = hooks;
    const { permits, dispatcher, supervisor } = hooks;
    this.#regulator = new Regulator(permits, hooks.bounds, {
      workers: () => supervisor.workers,
      slots: () => dispatcher.slots,
      grow: (limit) => this.#grow(limit),
      dispatch: () => dispatcher.dispatch(),
      limitChanged: hooks.limitChanged,
      advised: async (functionName, advice) => {
        // With the GIL on, threads take turns: what grows then is not from objects they share.
        const isGilOff = supervisor.workers.some(({ hello }) => !hello.gilEnabled);
        if (advice.kind !== "shared-object" || hooks.profile() !== "thread" || !isGilOff) return;
        if (this.#answered.has(functionName)) return;
        this.#answered.add(functionName);
        const gate = permits.gate(functionName);
        const contention = await respond(gate, advice, {
          hotSpot: async (seconds) => supervisor.workers[0]?.hotSpot(seconds),
          withLimit: (limited, limit, action) => this.#regulator.withLimit(limited, limit, action),
          mayChange: hooks.mayChange,
          change: (profile, reason) => this.#change(profile, reason),
          isClosed: () => this.#isStopped,
        });
        if (!this.#isStopped) hooks.contended(contention);
      },
    });
  }

  get stats(): Record<string, FunctionConcurrency> {
    return this.#regulator.stats;
  }

  /** The workers are others: what was found is forgotten. */
  restart(): void {
    this.#regulator.restart();
  }

  stop(): void {
    this.#isStopped = true;
    this.#regulator.stop();
  }

  /** Starts threads, or processes, for so many tasks at once; what cannot be started is done without. */
  async #grow(limit: number): Promise<void> {
    const { supervisor, dispatcher } = this.#hooks;
    if (this.#hooks.profile() === "process") {
      supervisor.want(limit);
      return supervisor.ready().catch(() => {});
    }
    const { workers } = supervisor;
    const each = Math.ceil(limit / Math.max(1, workers.length));
    await Promise.all(
      workers.map(async (worker) => {
        if (worker.threads >= Math.min(each, worker.channels.length - 1)) return;
        await worker.grow(each);
        dispatcher.extend(worker);
      }),
    );
  }

  #change(profile: "thread" | "process", reason: string): Promise<boolean> {
    this.#hooks.change(profile, reason);
    return this.#hooks.supervisor.ready().then(
      () => true,
      () => false,
    );
  }
}
