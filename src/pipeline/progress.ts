/** Where a run is: counts a stage, rate, time left, money. */
import type { Stage } from "./stage.js";

export interface StageProgress {
  readonly name: string;
  /** Items that reached the stage so far. */
  readonly entered: number;
  readonly running: number;
  readonly done: number;
  readonly dropped: number;
  readonly dead: number;
  /** Of those ended, found in the journal of an earlier process. */
  readonly resumed: number;
  /** Items a second since the stage's first start; undefined before there is one. */
  readonly rate: number | undefined;
  /** Milliseconds for what has reached the stage; undefined while nothing can be said. */
  readonly left: number | undefined;
}

export interface Progress {
  readonly stages: readonly StageProgress[];
  /** US dollars, earlier processes of the same run included. */
  readonly cost: number;
}

/** Counts of one stage, kept by the runner. */
export class StageCounts {
  entered = 0;
  running = 0;
  done = 0;
  dropped = 0;
  dead = 0;
  resumed = 0;
  #firstStart: number | undefined;

  constructor(readonly stage: Stage) {}

  started(): void {
    this.running++;
    this.#firstStart ??= performance.now();
  }

  progress(): StageProgress {
    const { entered, running, done, dropped, dead, resumed } = this;
    const fresh = done + dropped + dead - resumed;
    const elapsed = this.#firstStart === undefined ? 0 : performance.now() - this.#firstStart;
    const rate = fresh > 0 && elapsed > 0 ? (fresh / elapsed) * 1000 : undefined;
    const open = entered - done - dropped - dead;
    const left = rate === undefined ? undefined : (open / rate) * 1000;
    return { name: this.stage.name, entered, running, done, dropped, dead, resumed, rate, left };
  }
}
