/**
 * Finds the knee: double while it pays, come back at once when it does not, then look between the limits tried.
 * A search that begins above one and finds nothing better above looks below.
 */
import { type Course, percent, perSecond, SEARCH_WINDOW } from "./course.js";
import { betaIo, type Sample, throughput } from "./sample.js";
import type { Plan, Reason } from "./step.js";
import { ceiling } from "./vetoes.js";

/** Throughput this much lower after a step up is a loss; this near to the best is as good as the best. */
export const LOSS = 0.03;
export const TIE = 0.02;
/** Of what linear growth would bring; below, more threads are no longer worth much. */
const WORTHWHILE_GAIN = 0.12;
/** A doubling that still brings this much in all is followed by another. */
const WORTHWHILE_STEP = 0.05;
/** Where threads wait for I/O and processors are free, growth may skip steps: at most to this multiple. */
const LONGEST_JUMP = 4;
const JUMP_BELOW_LOCK = 0.1;
const JUMP_BELOW_USE = 0.6;
/** How long nothing has to end before more are let in (seconds), and what threads have to do meanwhile. */
const GLANCE_SECONDS = 0.1;
const IDLE_IO = 0.8;
/** One glance may meet threads that have only just begun; so many say that they compute. */
const BUSY_GLANCES = 4;
/** Work that waits for I/O for more than this share of its time gains from a second thread in any case. */
const MOSTLY_WAITING = 0.5;
/** From here on the processors count as busy: the place to look is at their number and at one. */
const BUSY_USE = 0.9;
/** Neighbours nearer than this ratio are not told apart. */
const FINEST_RATIO = 1.35;
const MOST_REFINEMENTS = 4;
/** The second best is compared again when it came this near. */
const RIVAL = 0.9;

/** What was seen at each limit. */
export class Table {
  readonly samples = new Map<number, Sample>();
  readonly rates = new Map<number, number>();

  record(limit: number, sample: Sample): void {
    const before = this.rates.get(limit);
    const rate = throughput(sample);
    this.rates.set(limit, before === undefined ? rate : (before + rate) / 2);
    this.samples.set(limit, sample);
  }

  has(limit: number): boolean {
    return this.rates.has(limit);
  }

  rate(limit: number): number {
    return this.rates.get(limit) ?? 0;
  }

  sample(limit: number): Sample {
    const sample = this.samples.get(limit);
    if (sample === undefined) throw new RangeError(`nothing was seen at limit ${limit}`);
    return sample;
  }

  get limits(): number[] {
    return [...this.rates.keys()].sort((a, b) => a - b);
  }

  get best(): number {
    return Math.max(...this.rates.values());
  }

  /** The smallest limit within `tolerance` of the best. */
  smallestWithin(tolerance: number): number {
    const enough = this.best * (1 - tolerance);
    return this.limits.find((limit) => this.rate(limit) >= enough) ?? 1;
  }
}

/** @returns what was seen; the knee is its `smallestWithin(TIE)`. */
export function* search(course: Course, start: number, reason: Reason): Plan<Table> {
  const table = new Table();
  yield* look(course, table, start, reason);
  const rose = yield* ramp(course, table, start);
  if (!rose && start > 1) yield* descend(course, table, start);
  yield* lookAtOne(course, table);
  yield* refine(course, table);
  yield* confirm(course, table);
  return table;
}

/**
 * Tasks that take long tell nothing for long. While none ends, threads wait for I/O and processors are free, more are let
 * in: for a call of a minute nobody wants to find the limit by one minute's measurements.
 *
 * @returns the limit reached
 */
export function* whileNothingEnds(course: Course, start: number, reason: Reason): Plan<number> {
  let limit = start;
  let because = reason;
  for (let busy = 0; busy < BUSY_GLANCES; ) {
    const { completions, shares, use } = yield* course.glance(limit, because, GLANCE_SECONDS);
    if (completions > 0 || limit >= course.bounds.most) return limit;
    if (shares === undefined || shares.io < IDLE_IO || use > JUMP_BELOW_USE) busy++;
    else {
      limit = course.within(limit * 2);
      because = { kind: "jump", text: `no task has ended yet, and threads wait for I/O; trying ${limit}` };
    }
  }
  return limit;
}

function* look(course: Course, table: Table, limit: number, reason: Reason): Plan<void> {
  table.record(limit, yield* course.measure(limit, reason, SEARCH_WINDOW));
}

/** Goes up while it pays. @returns whether the first step did */
function* ramp(course: Course, table: Table, start: number): Plan<boolean> {
  let limit = start;
  let rose = false;
  while (true) {
    const seen = table.sample(limit);
    const { limit: most } = ceiling(limit, seen, course.bounds);
    const next = Math.min(stride(limit, seen, course.bounds.cores), most, course.bounds.most);
    if (next <= limit || table.has(next)) return rose;
    yield* look(course, table, next, growth(limit, next, seen));
    if (table.rate(next) < table.rate(limit) * (1 - LOSS)) return rose;
    rose = true;
    const step = table.rate(next) / Math.max(1e-9, table.rate(limit)) - 1;
    const gain = step / (next / limit - 1);
    limit = next;
    if (gain < WORTHWHILE_GAIN && step < WORTHWHILE_STEP) return rose;
  }
}

function growth(limit: number, next: number, seen: Sample): Reason {
  const from = `${limit} did ${perSecond(seen)}`;
  if (next <= 2 * limit) return { kind: "ramp", text: `${from}; trying ${next}` };
  const io = percent(seen.shares?.io ?? 0);
  return { kind: "jump", text: `${from}, waiting for I/O ${io} of the time; trying ${next}` };
}

/** Twice as many, or as many as the waiting for I/O leaves room for on the processors. */
function stride(limit: number, seen: Sample, cores: number): number {
  const { shares, use } = seen;
  if (shares === undefined || shares.lock >= JUMP_BELOW_LOCK || use >= JUMP_BELOW_USE) return 2 * limit;
  const room = cores / Math.max(1e-3, 1 - betaIo(shares));
  return Math.max(2 * limit, Math.min(Math.floor(room), LONGEST_JUMP * limit));
}

/**
 * Threads that share objects do so badly together that one alone beats any number of them, and on the way from two to
 * many nothing shows it. Not for work that waits: there one is certain to do less.
 */
function* lookAtOne(course: Course, table: Table): Plan<void> {
  const best = table.sample(table.smallestWithin(TIE));
  const waits = best.shares !== undefined && best.shares.io > MOSTLY_WAITING;
  if (table.has(1) || waits) return;
  yield* look(course, table, 1, { kind: "down", text: "does one alone do better than any number of them?" });
}

function* descend(course: Course, table: Table, start: number): Plan<void> {
  const { cores } = course.bounds;
  const seen = table.sample(start);
  if (seen.use >= BUSY_USE) {
    const text = `the processors are ${percent(seen.use)} full at ${start}`;
    const atCores = course.within(cores);
    for (const limit of [atCores, 1]) {
      if (limit < start && !table.has(limit)) yield* look(course, table, limit, { kind: "down", text });
    }
  }
  for (let limit = start; limit > 1; ) {
    const lower = Math.max(1, Math.floor(limit / 2));
    const text = `more than ${limit} is no better; trying ${lower}`;
    if (!table.has(lower)) yield* look(course, table, lower, { kind: "down", text });
    if (table.rate(lower) < table.rate(limit) * (1 - LOSS)) return;
    limit = lower;
  }
}

/** Looks below the best, where fewer may do as much, and above it, where the best may be. */
function* refine(course: Course, table: Table): Plan<void> {
  for (let round = 0; round < MOST_REFINEMENTS; round++) {
    const candidate = between(course, table);
    if (candidate === undefined) return;
    const text = `${table.smallestWithin(LOSS)} is best so far; trying ${candidate}`;
    yield* look(course, table, candidate, { kind: "refine", text });
  }
}

function between(course: Course, table: Table): number | undefined {
  const { limits } = table;
  const best = table.smallestWithin(LOSS);
  const index = limits.indexOf(best);
  const [below, above] = [limits[index - 1], limits[index + 1]];
  let candidate: number | undefined;
  if (below !== undefined && isWide(below, best)) candidate = Math.round(Math.sqrt(below * best));
  else if (above !== undefined && isWide(best, above)) {
    const { limit: most } = ceiling(best, table.sample(best), course.bounds);
    if (most > best) candidate = Math.min(most, Math.round(Math.sqrt(best * above)));
  }
  return candidate === undefined || table.has(candidate) ? undefined : candidate;
}

function isWide(low: number, high: number): boolean {
  return high - low > 1 && high / low > FINEST_RATIO;
}

/** One window is a small sample: the two best are measured again before one is chosen. */
function* confirm(course: Course, table: Table): Plan<void> {
  const [second, first] = [...table.limits].sort((a, b) => table.rate(a) - table.rate(b)).slice(-2);
  if (first === undefined || second === undefined) return;
  if (table.rate(second) <= table.rate(first) * RIVAL) return;
  for (const limit of [second, first]) {
    const text = `${first} and ${second} are near each other; comparing`;
    yield* look(course, table, limit, { kind: "confirm", text });
  }
}
