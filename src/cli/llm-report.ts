/** What `nogil llm map` says on stderr: a bar while it runs, one line at the end. */
import type { BatchProgress } from "../llm/index.js";
import { count, dollars, duration, type ProgressBar, plural, rate, type Terminal } from "./terminal/index.js";

export class LlmReport {
  readonly #terminal: Terminal;
  readonly #total: number | undefined;
  readonly #startedAt = performance.now();
  #bar: ProgressBar | undefined;
  #last: BatchProgress | undefined;

  /** @param total prompts in all, if that is known */
  constructor(terminal: Terminal, total: number | undefined) {
    this.#terminal = terminal;
    this.#total = total;
    this.#bar = terminal.startBar();
  }

  update(progress: BatchProgress): void {
    this.#last = progress;
    const settled = progress.done + progress.failed;
    const fraction = this.#total === undefined ? null : settled / this.#total;
    this.#bar?.update(fraction, () => this.#words(progress));
  }

  end(): void {
    this.#bar?.end();
    this.#bar = undefined;
  }

  /** For a batch that did not come to its end. */
  summariseLast(): void {
    if (this.#last !== undefined) this.summarise(this.#last);
  }

  summarise({ done, failed, resumed, spent, tokens, tokensPerSecond }: BatchProgress): void {
    this.end();
    const parts = [`${plural(done + failed, "prompt")}: ${count(done)} answered`];
    if (failed > 0) parts.push(`${count(failed)} failed (the same command asks them again)`);
    if (resumed > 0) parts.push(`${count(resumed)} of them in an earlier run`);
    const took = performance.now() - this.#startedAt;
    this.#terminal.note(
      `${parts.join(", ")}; ${plural(tokens, "token")}, ${dollars(spent)}; ${duration(took)}, ` +
        rate(tokensPerSecond, "tokens"),
    );
  }

  #words({ done, failed, resumed, inFlight, spent, tokensPerSecond, rateLimitWait }: BatchProgress): string {
    const total = this.#total;
    const settled = done + failed;
    const parts = [
      total === undefined ? plural(settled, "prompt") : `${count(settled)} of ${plural(total, "prompt")}`,
    ];
    if (failed > 0) parts.push(`${count(failed)} failed`);
    parts.push(rate(tokensPerSecond, "tokens"), dollars(spent));
    if (rateLimitWait > 0) parts.push(`rate limit: waits ${duration(rateLimitWait)}`);
    else if (inFlight > 0) parts.push(`${count(inFlight)} in flight`);
    const perMs = (settled - resumed) / (performance.now() - this.#startedAt);
    if (perMs > 0 && total !== undefined) parts.push(`${duration((total - settled) / perMs)} left`);
    return parts.join(", ");
  }
}
