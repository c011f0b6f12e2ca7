/**
 * Runs a pipeline. Every stage has a queue; a step starts when its stage is below its limit (and, sequentially, when
 * nothing else runs). What the journal already knows is not run but replayed, through the same code.
 *
 *   queued ──► running ──► done ─► next stage's queue      dropped, dead: the item ends here
 *     ▲           │ failed, may pass
 *     └─ delay ◄──┘
 */
import { describe, isNogilError } from "../errors.js";
import { attempt, Books, mayPass } from "./attempt.js";
import type { Ending, Journal } from "./journal.js";
import { type Progress, StageCounts } from "./progress.js";
import type { RunOptions } from "./run-options.js";
import { type Item, isDropped, type Stage } from "./stage.js";

const DEFAULT_LIMIT = 4;
const DEFAULT_RETRY_DELAY_MS = 500;

/** Where an item stands: its place among the run's items, whatever order they are finished in. */
type Place = readonly number[];

interface Step {
  readonly item: Item<unknown>;
  readonly place: Place;
  readonly books: Books;
  attempts: number;
}

interface Lane {
  readonly stage: Stage;
  readonly counts: StageCounts;
  /** Steps that can start. */
  readonly queue: Step[];
  /** Items an `all` stage has gathered. */
  readonly gathered: { readonly item: Item<unknown>; readonly place: Place }[];
  readonly seen: Set<string>;
  /** Steps that wait for their next try. */
  delayed: number;
  hasRun: boolean;
}

export class Runner {
  readonly endings: Ending[] = [];
  /** Endings that were found in the journal. */
  readonly replayed = new Set<Ending>();
  readonly #lanes: readonly Lane[];
  readonly #options: RunOptions;
  readonly #journal: Journal | undefined;
  readonly #signal: AbortSignal;
  readonly #startedAt: number;
  readonly #results: { readonly item: Item<unknown>; readonly place: Place }[] = [];
  readonly #timers = new Map<NodeJS.Timeout, () => void>();
  #running = 0;
  /** Endings on their way to the journal: their items have not gone on yet. */
  #writing = 0;
  #cost = 0;
  #finish: () => void = () => {};
  #fail: (error: unknown) => void = () => {};

  /** @param startedAt milliseconds since 1970, of the first process of the run */
  constructor(
    stages: readonly Stage[],
    options: RunOptions,
    journal: Journal | undefined,
    signal: AbortSignal,
    startedAt: number,
  ) {
    this.#startedAt = startedAt;
    this.#options = options;
    this.#journal = journal;
    this.#signal = signal;
    this.#lanes = stages.map((stage) => ({
      stage,
      counts: new StageCounts(stage),
      queue: [],
      gathered: [],
      seen: new Set(),
      delayed: 0,
      hasRun: false,
    }));
  }

  get cost(): number {
    return this.#cost;
  }

  progress(): Progress {
    return { stages: this.#lanes.map(({ counts }) => counts.progress()), cost: this.#cost };
  }

  /** The items that came through, in the order of the input. Resolves early when the signal is aborted. */
  async run(items: readonly Item<unknown>[]): Promise<readonly Item<unknown>[]> {
    const ended = new Promise<void>((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    const wake = () => {
      for (const [timer, go] of [...this.#timers]) {
        clearTimeout(timer);
        go();
      }
      this.#advance();
    };
    this.#signal.addEventListener("abort", wake, { once: true });
    items.forEach((item, index) => {
      this.#enter(0, item, [index]);
    });
    this.#advance();
    try {
      await ended;
    } finally {
      this.#signal.removeEventListener("abort", wake);
    }
    return this.#results.sort(byPlace).map(({ item }) => item);
  }

  #enter(index: number, item: Item<unknown>, place: Place): void {
    const lane = this.#lanes[index];
    if (lane === undefined) {
      this.#results.push({ item, place });
      return;
    }
    // Two items of one id would share a checkpoint, and one of them would be lost without a word.
    let unique = item;
    if (lane.seen.has(item.id)) {
      let number = 2;
      while (lane.seen.has(`${item.id}~${number}`)) number++;
      unique = { id: `${item.id}~${number}`, value: item.value };
    }
    lane.seen.add(unique.id);
    if (lane.stage.shape === "all") {
      lane.gathered.push({ item: unique, place });
      return;
    }
    lane.counts.entered++;
    const known = this.#journal?.ending(lane.stage.name, unique.id);
    if (known === undefined) lane.queue.push({ item: unique, place, books: new Books(), attempts: 0 });
    else this.#replay(index, known, place);
  }

  #replay(index: number, ending: Ending, place: Place): void {
    (this.#lanes[index] as Lane).counts.resumed++;
    this.replayed.add(ending);
    this.#cost += ending.cost;
    this.#end(index, ending, place);
  }

  /** Starts whatever can start; called after everything that happens. */
  #advance(): void {
    this.#gather();
    if (!this.#signal.aborted) {
      // The stage nearest to the end goes first: finished results early, few items in between.
      for (let index = this.#lanes.length - 1; index >= 0; index--) {
        const lane = this.#lanes[index] as Lane;
        while (lane.queue.length > 0 && this.#mayStart(lane)) this.#start(index, lane.queue.shift() as Step);
      }
    }
    if (this.#running > 0 || this.#writing > 0) return;
    const isOpen = this.#lanes.some(({ queue, delayed }) => queue.length > 0 || delayed > 0);
    if (!isOpen || this.#signal.aborted) this.#finish();
  }

  /** An `all` stage runs when nothing before it is under way any more. */
  #gather(): void {
    for (const [index, lane] of this.#lanes.entries()) {
      const { counts, queue, delayed, stage, gathered } = lane;
      if (stage.shape === "all" && !lane.hasRun && this.#writing === 0) {
        lane.hasRun = true;
        counts.entered++;
        const item = { id: stage.name, value: gathered.sort(byPlace).map((entry) => entry.item) };
        const known = this.#journal?.ending(stage.name, item.id);
        if (known !== undefined) this.#replay(index, known, []);
        else lane.queue.push({ item, place: [], books: new Books(), attempts: 0 });
        return this.#gather();
      }
      if (counts.running > 0 || queue.length > 0 || delayed > 0) return;
    }
  }

  #mayStart({ stage, counts }: Lane): boolean {
    if (this.#options.sequential) return this.#running === 0;
    const own = typeof stage.limit === "function" ? stage.limit() : (stage.limit ?? DEFAULT_LIMIT);
    return counts.running < (this.#options.limits?.[stage.name] ?? own);
  }

  #start(index: number, step: Step): void {
    const { counts } = this.#lanes[index] as Lane;
    counts.started();
    this.#running++;
    step.attempts++;
    this.#try(index, step).then(
      () => this.#advance(),
      (error: unknown) => this.#fail(error),
    );
    this.#tell();
  }

  async #try(index: number, step: Step): Promise<void> {
    const lane = this.#lanes[index] as Lane;
    const { stage, counts } = lane;
    const { item, place, books } = step;
    let end: Ending["end"];
    try {
      this.#refuseOverspending();
      const value = await attempt(stage, item.value, item.id, step.attempts, books, {
        signal: this.#signal,
        startedAt: this.#startedAt,
      });
      end = endOf(stage, item, value);
    } catch (error) {
      // What a stop cut short is not a failure: the next run does it.
      if (this.#signal.aborted) {
        this.#cost += books.cost;
        return;
      }
      if (step.attempts <= (stage.retries ?? 0) && mayPass(stage, error)) {
        this.#delay(lane, step);
        return;
      }
      end = { kind: "dead", reason: messageOf(error), code: isNogilError(error) ? error.code : "ERROR" };
    } finally {
      counts.running--;
      this.#running--;
    }
    const { milliseconds, cost, notes } = books;
    this.#cost += cost;
    const ending: Ending = {
      stage: stage.name,
      id: item.id,
      milliseconds,
      attempts: step.attempts,
      work: books.work(stage.work ?? "cpu"),
      cost,
      ...(notes.length === 0 ? {} : { notes }),
      end,
    };
    this.#writing++;
    await this.#journal?.append(ending);
    this.#writing--;
    this.#end(index, ending, place);
    this.#tell();
  }

  #end(index: number, ending: Ending, place: Place): void {
    const { counts } = this.#lanes[index] as Lane;
    const { end } = ending;
    this.endings.push(ending);
    counts[end.kind]++;
    if (end.kind !== "done") return;
    end.items.forEach((item, number) => {
      this.#enter(index + 1, item, [...place, number]);
    });
  }

  #delay(lane: Lane, step: Step): void {
    lane.delayed++;
    const wait = (lane.stage.retryDelay ?? DEFAULT_RETRY_DELAY_MS) * 2 ** (step.attempts - 1);
    const go = () => {
      this.#timers.delete(timer);
      lane.delayed--;
      lane.queue.push(step);
      this.#advance();
    };
    const timer = setTimeout(go, wait);
    this.#timers.set(timer, go);
  }

  #refuseOverspending(): void {
    const { maxCost } = this.#options;
    if (maxCost !== undefined && this.#cost > 0 && this.#cost >= maxCost) {
      throw new Error(
        `the run has paid $${this.#cost.toFixed(4)}, its cap is $${maxCost}; raise the cap to go on`,
      );
    }
  }

  #tell(): void {
    this.#options.onProgress?.(this.progress());
  }
}

function endOf(stage: Stage, item: Item<unknown>, value: unknown): Ending["end"] {
  if (isDropped(value)) return { kind: "dropped", reason: value.reason };
  if (stage.shape === "each") return { kind: "done", items: [{ id: item.id, value }] };
  if (Array.isArray(value) && value.every((made) => typeof made?.id === "string")) {
    return { kind: "done", items: value.map(({ id, value }) => ({ id, value })) };
  }
  throw new TypeError(`stage "${stage.name}" must return items with ids, not ${describe(value)}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : describe(error);
}

function byPlace(left: { readonly place: Place }, right: { readonly place: Place }): number {
  const length = Math.max(left.place.length, right.place.length);
  for (let i = 0; i < length; i++) {
    const difference = (left.place[i] ?? -1) - (right.place[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
