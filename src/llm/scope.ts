/**
 * The life of one call: its deadline, the caller's signal, and what must be stopped when either ends it.
 */

type Listener = (reason: unknown) => void;

/**
 * One listener a signal, whatever the number of calls that share it: adding a listener to an AbortSignal
 * searches all its listeners, which makes a batch of n calls on one signal cost n².
 */
const fans = new WeakMap<AbortSignal, Set<Listener>>();

/** Calls back when the signal aborts; the result takes the listener off again. */
function onAbort(signal: AbortSignal, listener: Listener): () => void {
  let fan = fans.get(signal);
  if (fan === undefined) {
    const listeners = new Set<Listener>();
    fans.set(signal, listeners);
    signal.addEventListener(
      "abort",
      () => {
        fans.delete(signal);
        for (const call of [...listeners]) call(signal.reason);
      },
      { once: true },
    );
    fan = listeners;
  }
  fan.add(listener);
  return () => fan.delete(listener);
}

/** Why a scope ended before its call did. */
export type ScopeEnd = { readonly kind: "aborted"; readonly reason: unknown } | { readonly kind: "deadline" };

export class Scope {
  /** `performance.now()` at the start. */
  readonly started = performance.now();
  /** `performance.now()` at which time is up. */
  readonly deadline: number;
  end: ScopeEnd | undefined;
  readonly #stops = new Set<() => void>();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #offSignal: (() => void) | undefined;

  /** @param timeout milliseconds for everything; Infinity for none. */
  constructor(timeout: number, signal: AbortSignal | undefined) {
    this.deadline = this.started + timeout;
    if (signal?.aborted) {
      this.end = { kind: "aborted", reason: signal.reason };
      return;
    }
    if (signal !== undefined) {
      this.#offSignal = onAbort(signal, (reason) => this.stop({ kind: "aborted", reason }));
    }
    if (timeout < LONGEST_TIMER_MS) this.#timer = setTimeout(() => this.stop({ kind: "deadline" }), timeout);
  }

  /** Milliseconds left. */
  get left(): number {
    return this.deadline - performance.now();
  }

  /** Ends the call: everything registered is stopped. */
  stop(end: ScopeEnd): void {
    if (this.end !== undefined) return;
    this.end = end;
    for (const stop of [...this.#stops]) stop();
  }

  /** Has `stop` called when the call ends early; the result unregisters it. */
  onStop(stop: () => void): () => void {
    this.#stops.add(stop);
    return () => this.#stops.delete(stop);
  }

  /** Sleeps, or returns at once when the call is ended. */
  sleep(delay: number): Promise<void> {
    if (this.end !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        off();
        resolve();
      };
      const timer = setTimeout(done, delay);
      const off = this.onStop(done);
    });
  }

  /** The call is over: timer and listener go. */
  close(): void {
    clearTimeout(this.#timer);
    this.#offSignal?.();
    this.#stops.clear();
  }
}

/** Longest delay that Node's timers take. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
