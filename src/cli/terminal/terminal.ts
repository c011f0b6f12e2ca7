/**
 * Where the command line writes: results to stdout, everything else to stderr. Colours and bars appear only on a
 * terminal, and none where NO_COLOR says so (no-color.org).
 */
import type { WriteStream } from "node:tty";
import { type Colors, createColors } from "./colors.js";
import { ProgressBar } from "./progress-bar.js";

/** One of the two streams; a pipe or a file has no `isTTY` and no `columns`. */
export type Output = NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>;

/** For a terminal that does not know its width, or says 0. */
const DEFAULT_COLUMNS = 100;

export class Terminal {
  /** Styles for what is printed. */
  readonly colors: Colors;
  /** Styles for what is noted. */
  readonly noteColors: Colors;
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #isInteractive: boolean;
  #bar: ProgressBar | undefined;

  constructor(stdout: Output, stderr: Output, env: NodeJS.ProcessEnv) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    const isDumb = env.TERM === "dumb";
    const isPlain = isDumb || (env.NO_COLOR !== undefined && env.NO_COLOR !== "");
    this.colors = createColors(stdout.isTTY === true && !isPlain);
    this.noteColors = createColors(stderr.isTTY === true && !isPlain);
    this.#isInteractive = stderr.isTTY === true && !isDumb;
  }

  /** Whether somebody watches stderr, so that a moving bar makes sense. */
  get isInteractive(): boolean {
    return this.#isInteractive;
  }

  /** Writes a line of the result. Resolves when the reader has room for more. */
  async print(line: string): Promise<void> {
    await this.write(`${line}\n`);
  }

  /** Writes text of the result as it is. Resolves when the reader has room for more. */
  async write(text: string): Promise<void> {
    // Called also when the reader is gone, which is heard of elsewhere.
    await new Promise<void>((resolve) => this.#stdout.write(text, () => resolve()));
  }

  /** Writes a message, above the bar if there is one. */
  note(line: string): void {
    this.#bar?.clear();
    this.#stderr.write(`${line}\n`);
    this.#bar?.draw();
  }

  /** A bar at the lower edge, until it is ended; does nothing where nobody watches. */
  startBar(): ProgressBar {
    const write = this.#isInteractive ? (text: string) => this.#stderr.write(text) : undefined;
    const bar = new ProgressBar(
      write,
      () => this.#stderr.columns || DEFAULT_COLUMNS,
      this.noteColors,
      () => {
        this.#bar = undefined;
      },
    );
    this.#bar = bar;
    return bar;
  }
}
