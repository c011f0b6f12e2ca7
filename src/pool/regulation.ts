/** Sets the limit of one function: gathers what is seen between two moments, asks the controller, acts. */
import {
  type Advice,
  betaIo,
  Controller,
  type ReasonKind,
  type Sample,
  type Shares,
} from "../concurrency/index.js";
import type { SenseReport } from "../worker/index.js";
import type { Ended, Gate } from "./permits.js";
import type { FunctionConcurrency } from "./stats.js";

/** The limit is what limits if at most this share of the tasks ended while no other waited. */
const MOST_UNPRESSED = 0.2;
/** Seen that often, what threads do in a wait can be told apart. */
const LEAST_LOOKS = 5;

/** One look at everything that counts, at one moment. Sums since the start. */
export interface Moment {
  /** Milliseconds. */
  readonly at: number;
  /** Processor seconds of this process; it needs processors too. */
  readonly hostCpu: number;
  /** By worker; those that did not answer are missing. */
  readonly reports: ReadonlyMap<unknown, SenseReport>;
  readonly isMemoryFull: boolean;
}

interface Mark {
  readonly moment: Moment;
  readonly ended: Ended;
  readonly states: Gate["states"];
  /** Where throughput is counted from: the end of a task, so that no part of one is lost (milliseconds). */
  readonly from: number;
}

export interface LimitChange {
  readonly limit: number;
  readonly previous: number;
  readonly kind: ReasonKind;
  readonly reason: string;
}

export interface RegulationOptions {
  readonly most: number;
  readonly cores: number;
  readonly start: number;
}

export class Regulation {
  readonly gate: Gate;
  readonly #controller: Controller;
  readonly #cores: number;
  #mark: Mark | undefined;
  #hasRunQueue = false;
  #toldAdvice: Advice | undefined;

  constructor(gate: Gate, options: RegulationOptions) {
    this.gate = gate;
    this.#cores = options.cores;
    this.#controller = new Controller(options);
    gate.limit = this.#controller.step.limit;
  }

  /** What the limit should be now. */
  get limit(): number {
    return this.#controller.step.limit;
  }

  get isSearching(): boolean {
    return this.#controller.phase === "search";
  }

  /** How long to watch before the next decision (milliseconds). */
  get wait(): number {
    return this.#controller.step.seconds * 1e3;
  }

  /** Watching begins, or begins again after a pause. */
  begin(moment: Moment): void {
    const { ended, states } = this.gate;
    this.#mark = { moment, ended, states: { ...states }, from: moment.at };
  }

  /** Time has passed: decides. Undefined when the limit stays as it is. */
  decide(moment: Moment): LimitChange | undefined {
    const mark = this.#mark;
    const { ended, states } = this.gate;
    const tasks = ended.tasks - (mark?.ended.tasks ?? 0);
    const unpressed = ended.unpressed - (mark?.ended.unpressed ?? 0);
    if (mark === undefined || unpressed > tasks * MOST_UNPRESSED) {
      this.begin(moment);
      return undefined;
    }
    const until = tasks > 0 ? ended.lastAt : moment.at;
    const sample = this.#sample(mark, moment, until);
    this.#mark = { moment, ended, states: { ...states }, from: until };
    const previous = this.gate.limit;
    const { limit, reason } = this.#controller.next(sample);
    if (limit === previous) return undefined;
    this.gate.limit = limit;
    return { limit, previous, kind: reason.kind, reason: reason.text };
  }

  /** What no limit can repair, once for each time it is found. */
  takeAdvice(): Advice | undefined {
    const { advice } = this.#controller.state;
    if (advice === undefined || advice === this.#toldAdvice) return undefined;
    this.#toldAdvice = advice;
    return advice;
  }

  get stats(): FunctionConcurrency {
    const { phase, knee, vetoes, sample } = this.#controller.state;
    return {
      limit: this.gate.limit,
      running: this.gate.used,
      waiting: this.gate.queue.size,
      phase,
      knee,
      shares: sample?.shares,
      betaIo: sample?.shares === undefined ? undefined : betaIo(sample.shares),
      use: sample?.use,
      vetoes,
      sensing: this.#hasRunQueue ? "full" : "clocks",
    };
  }

  #sample(mark: Mark, moment: Moment, until: number): Sample {
    const { ended } = this.gate;
    const tasks = ended.tasks - mark.ended.tasks;
    const seconds = Math.max(0, moment.at - mark.moment.at) / 1e3;
    const cpu = usedBetween(mark.moment, moment);
    const times = this.#times(mark.moment, moment);
    return {
      seconds: Math.max(1e-3, (until - mark.from) / 1e3),
      completions: tasks,
      latency: tasks > 0 ? (ended.wall - mark.ended.wall) / tasks : 0,
      use: seconds > 0 ? Math.min(1, cpu / seconds / this.#cores) : 0,
      shares: this.#shares(mark, times),
      cpuPerTask: times.tasks > 0 ? times.cpu / times.tasks : undefined,
      troubled: tasks > 0 ? (ended.troubled - mark.ended.troubled) / tasks : 0,
      isMemoryFull: moment.isMemoryFull,
    };
  }

  /** What the workers say of the function's tasks between two moments. */
  #times(from: Moment, to: Moment): { tasks: number; wall: number; cpu: number; runQueue: number } {
    const sum = { tasks: 0, wall: 0, cpu: 0, runQueue: 0 };
    for (const [worker, report] of to.reports) {
      const now = report.functions.get(this.gate.name);
      const before = from.reports.get(worker);
      // A worker that did not answer before has nothing to be compared with.
      if (now === undefined || before === undefined) continue;
      this.#hasRunQueue ||= report.hasRunQueue;
      const then = before.functions.get(this.gate.name);
      sum.tasks += now.tasks - (then?.tasks ?? 0);
      sum.wall += now.wall - (then?.wall ?? 0);
      sum.cpu += now.cpu - (then?.cpu ?? 0);
      sum.runQueue += Math.max(0, now.runQueue - (then?.runQueue ?? 0));
    }
    return sum;
  }

  /** What is neither on a processor nor waiting for one is split as the looks at the threads say. */
  #shares(
    mark: Mark,
    times: { readonly wall: number; readonly cpu: number; readonly runQueue: number },
  ): Shares | undefined {
    const { states } = this.gate;
    const running = states.running - mark.states.running;
    const lock = states.lock - mark.states.lock;
    const waiting = states.waiting - mark.states.waiting;
    const looks = running + lock + waiting;
    if (times.wall <= 0) {
      // No task has ended: the looks alone tell.
      if (looks < LEAST_LOOKS) return undefined;
      return { cpu: running / looks, runq: 0, lock: lock / looks, io: waiting / looks };
    }
    if (!this.#hasRunQueue || (looks === 0 && this.gate.used > 0)) return undefined;
    const cpu = Math.min(1, times.cpu / times.wall);
    const runq = Math.min(1 - cpu, times.runQueue / times.wall);
    const rest = 1 - cpu - runq;
    const lockPart = lock + waiting > 0 ? lock / (lock + waiting) : 0;
    return { cpu, runq, lock: rest * lockPart, io: rest * (1 - lockPart) };
  }
}

/** Processor seconds of this process and of the workers that were there both times. */
function usedBetween(from: Moment, to: Moment): number {
  let sum = to.hostCpu - from.hostCpu;
  for (const [worker, report] of to.reports) {
    const before = from.reports.get(worker);
    if (before !== undefined) sum += report.cpu - before.cpu;
  }
  return sum;
}
