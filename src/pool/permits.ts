/**
 * The right to run a task of a function now. A thread that runs tasks of a function holds one of its permits until it
 * has nothing more to do; small tasks sent ahead to the same thread need no other. Lowering a limit takes effect as soon
 * as running tasks end; nothing is stopped, and no thread.
 *
 * Exists only in a pool with the option `concurrency`; others hand out tasks without asking.
 */
import type { PermitHolders } from "./slot.js";
import type { Task } from "./task.js";
import { TaskQueue } from "./task-queue.js";

/** Sums since the gate was made. */
export interface Ended {
  readonly tasks: number;
  /** Seconds the tasks took in Python. */
  readonly wall: number;
  /** Tasks that failed because what they called was overloaded. */
  readonly troubled: number;
  /** Tasks that ended while no other waited: then it is not the limit that limits. */
  readonly unpressed: number;
  /** When the last one ended (milliseconds). */
  readonly lastAt: number;
}

/** What one function may do, and what it did. */
export class Gate implements PermitHolders {
  readonly queue = new TaskQueue();
  /** Threads that may run this function at once. */
  limit: number;
  /** Threads that do. */
  used = 0;
  /** What those threads were seen doing. */
  readonly states = { running: 0, lock: 0, waiting: 0 };
  #ended: { -readonly [K in keyof Ended]: Ended[K] } = {
    tasks: 0,
    wall: 0,
    troubled: 0,
    unpressed: 0,
    lastAt: 0,
  };

  constructor(
    readonly name: string,
    limit: number,
  ) {
    this.limit = limit;
  }

  get ended(): Ended {
    return { ...this.#ended };
  }

  get hasPermit(): boolean {
    return this.used < this.limit;
  }

  note(task: Task): void {
    const ended = this.#ended;
    ended.tasks++;
    ended.wall += task.wallSeconds ?? 0;
    ended.lastAt = performance.now();
    if (this.queue.size === 0) ended.unpressed++;
    if (task.state === "rejected" && isTrouble(task.outcome)) ended.troubled++;
  }
}

export class Permits {
  readonly #gates = new Map<string, Gate>();
  readonly #firstLimit: number;
  /** Hears of every gate whose function begins to run when it did not run before. */
  onWake: (gate: Gate) => void = () => {};

  /** @param firstLimit of each function */
  constructor(firstLimit: number) {
    this.#firstLimit = firstLimit;
  }

  get gates(): Iterable<Gate> {
    return this.#gates.values();
  }

  gate(name: string): Gate {
    let gate = this.#gates.get(name);
    if (gate === undefined) {
      gate = new Gate(name, this.#firstLimit);
      this.#gates.set(name, gate);
    }
    return gate;
  }

  /** Whose task is the next: of those that wait and may run, the largest priority, then the oldest. */
  next(): Gate | undefined {
    let best: { readonly gate: Gate; readonly task: Task } | undefined;
    for (const gate of this.#gates.values()) {
      const task = gate.hasPermit ? gate.queue.peek() : undefined;
      if (task !== undefined && (best === undefined || goesFirst(task, best.task))) best = { gate, task };
    }
    return best?.gate;
  }

  take(gate: Gate): void {
    gate.used++;
    if (gate.used === 1) this.onWake(gate);
  }

  get waiting(): number {
    let count = 0;
    for (const { queue } of this.#gates.values()) count += queue.size;
    return count;
  }
}

function goesFirst(task: Task, other: Task): boolean {
  return task.priority === other.priority ? task.number < other.number : task.priority > other.priority;
}

/** Python exceptions of clients that were told to slow down, or not answered in time. */
const TROUBLE = /(Timeout|TimeoutError|TimedOut|RateLimit|RateLimitError|TooManyRequests|Throttl\w*)$/;

function isTrouble(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, type } = error as { readonly code?: unknown; readonly type?: unknown };
  if (code === "TASK_TIMEOUT") return true;
  return code === "PYTHON_ERROR" && typeof type === "string" && TROUBLE.test(type);
}
