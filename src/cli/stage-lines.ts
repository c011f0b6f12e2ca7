/** The progress of a pipeline on stderr: the bar shows all of it; where nobody watches, one line when a stage ends. */
import type { Progress, StageProgress } from "../pipeline/index.js";
import { count, duration, type ProgressBar, rate, type Terminal } from "./terminal/index.js";

export class StageLines {
  readonly #terminal: Terminal;
  readonly #bar: ProgressBar;
  readonly #told = new Map<string, number>();
  #last: Progress | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#bar = terminal.startBar();
  }

  update(progress: Progress): void {
    this.#last = progress;
    const busy = progress.stages.filter(
      ({ entered, done, dropped, dead }) => entered > done + dropped + dead,
    );
    this.#bar.update(fractionOf(progress), () => busy.map(words).join("  "));
    if (this.#terminal.isInteractive) return;
    for (const [index, stage] of progress.stages.entries()) {
      const ended = stage.done + stage.dropped + stage.dead;
      const isOver = ended > 0 && progress.stages.slice(0, index + 1).every(isIdle);
      if (isOver && this.#told.get(stage.name) !== ended) this.#tell(stage, ended, progress.cost);
    }
  }

  end(): void {
    this.#bar.end();
    if (!this.#terminal.isInteractive || this.#last === undefined) return;
    for (const stage of this.#last.stages)
      this.#tell(stage, stage.done + stage.dropped + stage.dead, this.#last.cost);
  }

  #tell(stage: StageProgress, ended: number, cost: number): void {
    this.#told.set(stage.name, ended);
    const parts = [`${stage.name}: ${count(stage.done)} done`];
    if (stage.dropped > 0) parts.push(`${count(stage.dropped)} left out`);
    if (stage.dead > 0) parts.push(`${count(stage.dead)} failed`);
    if (stage.resumed > 0) parts.push(`${count(stage.resumed)} from an earlier run`);
    if (stage.rate !== undefined) parts.push(rate(stage.rate));
    if (cost > 0) parts.push(`$${cost.toFixed(4)}`);
    this.#terminal.note(parts.join(", "));
  }
}

function isIdle({ entered, done, dropped, dead }: StageProgress): boolean {
  return entered === done + dropped + dead;
}

function words({ name, entered, done, dropped, dead, rate: perSecond, left }: StageProgress): string {
  const parts = [`${name} ${done + dropped + dead}/${entered}`];
  if (perSecond !== undefined) parts.push(rate(perSecond));
  if (left !== undefined) parts.push(`${duration(left)} left`);
  return parts.join(" ");
}

/** Every stage counts the same; one that nothing has reached yet counts as not begun. */
function fractionOf({ stages }: Progress): number {
  const done = stages.map(({ entered, done, dropped, dead }) =>
    entered === 0 ? 0 : (done + dropped + dead) / entered,
  );
  return done.reduce((sum, part) => sum + part, 0) / Math.max(1, stages.length);
}
