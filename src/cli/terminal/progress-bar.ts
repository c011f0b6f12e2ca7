/** One line that is drawn again and again: a bar where the end is known, and words. */
import type { Colors } from "./colors.js";

/** Redrawing more often costs more than anyone can see (milliseconds). */
const REDRAW_AFTER_MS = 80;
const BAR_COLUMNS = 24;
const ERASE_LINE = "\r\x1b[2K";

export class ProgressBar {
  /** Undefined where nobody watches. */
  readonly #write: ((text: string) => void) | undefined;
  readonly #columns: () => number;
  readonly #colors: Colors;
  readonly #onEnd: () => void;
  #fraction: number | null = null;
  #text = () => "";
  #drawnAt = Number.NEGATIVE_INFINITY;
  #isDrawn = false;

  constructor(
    write: ((text: string) => void) | undefined,
    columns: () => number,
    colors: Colors,
    onEnd: () => void,
  ) {
    this.#write = write;
    this.#columns = columns;
    this.#colors = colors;
    this.#onEnd = onEnd;
  }

  /**
   * Says how far it is.
   *
   * @param fraction from 0 to 1, null when the end is not known
   * @param text called only when the bar is drawn
   */
  update(fraction: number | null, text: () => string): void {
    this.#fraction = fraction;
    this.#text = text;
    if (this.#write !== undefined && performance.now() - this.#drawnAt >= REDRAW_AFTER_MS) this.draw();
  }

  draw(): void {
    this.#drawnAt = performance.now();
    this.#isDrawn = true;
    this.#write?.(ERASE_LINE + this.#line());
  }

  /** Takes the bar off the screen; the next update draws it again. */
  clear(): void {
    if (this.#isDrawn) this.#write?.(ERASE_LINE);
    this.#isDrawn = false;
  }

  /** Takes the bar off the screen for good. */
  end(): void {
    this.clear();
    this.#onEnd();
  }

  #line(): string {
    // A line that wraps could not be erased as one.
    const room = this.#columns() - 1;
    if (this.#fraction === null) return this.#text().slice(0, room);
    const fraction = Math.min(1, Math.max(0, this.#fraction));
    const percent = `${Math.floor(fraction * 100)} %`.padStart(5);
    const filled = Math.round(fraction * BAR_COLUMNS);
    const bar = this.#colors.cyan("━".repeat(filled)) + this.#colors.dim("━".repeat(BAR_COLUMNS - filled));
    const rest = room - BAR_COLUMNS - percent.length - 2;
    return rest < 0 ? percent : `${bar}${percent}  ${this.#text().slice(0, rest)}`;
  }
}
