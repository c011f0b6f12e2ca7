/**
 * The controller: finds the smallest number of concurrent tasks that gives (nearly) the best throughput, stays there,
 * and follows when the work changes. Pure: it is told what was seen and says what to do next; clocks, threads and
 * processes are its user's business. One controller serves one function.
 *
 *   search ──► hold ──► (the work has changed) ──► search …
 *
 * The design and what it was compared with: docs/concurrency.md.
 */
import { type Advice, advise } from "./advice.js";
import { Course } from "./course.js";
import { hold, type KneeKeeper } from "./hold.js";
import type { Sample } from "./sample.js";
import { search, TIE, whileNothingEnds } from "./search.js";
import type { Plan, Reason, Step } from "./step.js";
import { ceiling } from "./vetoes.js";

export interface ControllerOptions {
  /** The largest limit, a whole number from 1. */
  readonly most: number;
  /** Processors that may be used; above 0, a fraction where a control group grants one. */
  readonly cores: number;
  /** Where to begin: what was found for this function before. @default 1 */
  readonly start?: number;
}

export interface ControllerState {
  readonly phase: "search" | "hold";
  readonly limit: number;
  /** The smallest limit within 2 % of the best; undefined before the first search has ended. */
  readonly knee: number | undefined;
  /** Limits that must not be passed now, in words. */
  readonly vetoes: readonly string[];
  readonly advice: Advice | undefined;
  /** What was seen last. */
  readonly sample: Sample | undefined;
}

export class Controller {
  readonly #course: Course;
  readonly #plan: Plan<never>;
  #step: Step;
  #phase: "search" | "hold" = "search";
  #keeper: KneeKeeper | undefined;
  #advice: Advice | undefined;
  #sample: Sample | undefined;

  /** @throws RangeError for a limit below 1, or no processors */
  constructor(options: ControllerOptions) {
    const { most, cores, start = 1 } = options;
    if (!(Number.isInteger(most) && most >= 1)) throw new RangeError(`most: ${most}, expected 1 or more`);
    if (!(cores > 0)) throw new RangeError(`cores: ${cores}, expected more than 0`);
    this.#course = new Course({ most, cores }, start);
    this.#plan = this.#run();
    this.#step = this.#plan.next().value;
  }

  /** What to do now. */
  get step(): Step {
    return this.#step;
  }

  /** `search`: the best limit is looked for; `hold`: it is kept. */
  get phase(): "search" | "hold" {
    return this.#phase;
  }

  /** Tells what was seen during the step, and gets the next one. */
  next(sample: Sample): Step {
    this.#sample = sample;
    this.#step = this.#plan.next(sample).value;
    return this.#step;
  }

  get state(): ControllerState {
    const sample = this.#sample;
    const { limit, bounds } = this.#course;
    const { veto } = sample === undefined ? { veto: undefined } : ceiling(limit, sample, bounds);
    return {
      phase: this.#phase,
      limit,
      knee: this.#keeper?.knee,
      vetoes: veto === undefined ? [] : [veto],
      advice: this.#advice,
      sample,
    };
  }

  *#run(): Plan<never> {
    const course = this.#course;
    let from = course.limit;
    let reason: Reason = { kind: "start", text: `the search begins at ${from}` };
    from = yield* whileNothingEnds(course, from, reason);
    while (true) {
      this.#phase = "search";
      const table = yield* search(course, from, reason);
      const knee = table.smallestWithin(TIE);
      this.#advice = advise(table, knee, course.bounds.cores) ?? this.#advice;
      this.#keeper = { knee };
      this.#phase = "hold";
      const text = `${knee} is the smallest within ${TIE * 100} % of the best of ${table.limits.join(", ")}`;
      ({ from, reason } = yield* hold(course, this.#keeper, { kind: "knee", text }));
    }
  }
}
