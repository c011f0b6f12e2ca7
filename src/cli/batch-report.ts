/** What `nogil map` says on stderr: a bar while it runs, one line at the end. */
import type { BatchProgress } from "./batch/index.js";
import { count, duration, type ProgressBar, plural, rate, type Terminal } from "./terminal/index.js";

export class BatchReport {
  readonly #terminal: Terminal;
  #bar: ProgressBar | undefined;
  #startedAt = performance.now();
  #total: number | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** @param total lines in all, if that is known */
  start(total: number | undefined): void {
    this.#total = total;
    this.#startedAt = performance.now();
    this.#bar = this.#terminal.startBar();
  }

  update(progress: BatchProgress): void {
    const total = this.#total;
    this.#bar?.update(total === undefined ? null : progress.done / total, () => this.#words(progress));
  }

  end(): void {
    this.#bar?.end();
    this.#bar = undefined;
  }

  /** @param failed lines whose result is an error, those of earlier runs included */
  summarise(progress: BatchProgress, failed: number): void {
    const { done, skipped } = progress;
    const parts = [`${plural(done, "line")}: ${count(done - failed)} done`];
    if (failed > 0) parts.push(`${count(failed)} failed`);
    if (skipped > 0) parts.push(`${count(skipped)} of them in an earlier run`);
    const took = performance.now() - this.#startedAt;
    this.#terminal.note(`${parts.join(", ")}; ${duration(took)}, ${rate(((done - skipped) / took) * 1000)}`);
    const failedBefore = failed - progress.failed;
    if (failedBefore > 0) {
      this.#terminal.note(
        `${plural(failedBefore, "line")} failed in an earlier run; --retry-failed repeats them`,
      );
    }
  }

  #words({ done, failed, skipped }: BatchProgress): string {
    const total = this.#total;
    const perMs = (done - skipped) / (performance.now() - this.#startedAt);
    const parts = [total === undefined ? plural(done, "line") : `${count(done)} of ${plural(total, "line")}`];
    if (failed > 0) parts.push(`${count(failed)} failed`);
    if (perMs > 0) parts.push(rate(perMs * 1000));
    if (perMs > 0 && total !== undefined) parts.push(`${duration((total - done) / perMs)} left`);
    return parts.join(", ");
  }
}
