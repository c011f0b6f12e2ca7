/** Where the results of a batch go: to a file that a later run goes on with, or to stdout. */
import { CommandFailed } from "../failure.js";
import type { Terminal } from "../terminal/index.js";
import type { Fingerprint, Input, InputLine } from "./input.js";
import type { ResultFile } from "./result-file.js";

export interface Sink {
  /**
   * Whether there is a result of this line from an earlier run.
   *
   * @throws CommandFailed when that result was made from another line
   */
  isDone(line: InputLine): boolean;
  /**
   * Takes a result; resolves when it is written.
   *
   * @param order counts the lines given to the sink, from 0, in the order of the input
   * @param result the JSON of the value or of the error, with its key: `"value":4`
   */
  put(order: number, line: InputLine, result: string, failed: boolean): Promise<void>;
}

export class FileSink implements Sink {
  readonly #file: ResultFile;
  readonly #input: Input;
  readonly #fingerprint: Fingerprint;

  constructor(file: ResultFile, input: Input, fingerprint: Fingerprint) {
    this.#file = file;
    this.#input = input;
    this.#fingerprint = fingerprint;
  }

  isDone(line: InputLine): boolean {
    if (!this.#file.has(line.index)) return false;
    if (this.#file.fits(line.index, this.#fingerprint(line))) return true;
    throw new CommandFailed(
      `${this.#file.path} holds a result for another line ${line.index + 1} than ${this.#input.name} has: the input, ` +
        "the function or its options have changed since. Pass --restart to begin anew, or name another file with -o",
    );
  }

  /** At once, in whatever order they come: what is finished must survive a kill. */
  async put(_: number, line: InputLine, result: string, failed: boolean): Promise<void> {
    this.#file.append(line.index, result, this.#fingerprint(line), failed);
  }
}

export class StdoutSink implements Sink {
  readonly #terminal: Terminal;
  readonly #ordered: boolean;
  /** Results whose turn has not come. */
  readonly #early = new Map<
    number,
    { readonly text: string; readonly written: (end: Promise<void>) => void }
  >();
  #next = 0;
  /** Lines that came in this turn of the event loop: one write for all of them. */
  #gathered = "";
  #written: Promise<void> | undefined;

  constructor(terminal: Terminal, ordered: boolean) {
    this.#terminal = terminal;
    this.#ordered = ordered;
  }

  isDone(): boolean {
    return false;
  }

  put(order: number, line: InputLine, result: string): Promise<void> {
    const text = `{"index":${line.index},${result}}\n`;
    if (!this.#ordered) return this.#write(text);
    return new Promise((resolve) => {
      this.#early.set(order, { text, written: resolve });
      for (let turn = this.#early.get(this.#next); turn !== undefined; turn = this.#early.get(this.#next)) {
        this.#early.delete(this.#next++);
        turn.written(this.#write(turn.text));
      }
    });
  }

  #write(text: string): Promise<void> {
    this.#gathered += text;
    this.#written ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      const lines = this.#gathered;
      this.#gathered = "";
      this.#written = undefined;
      return this.#terminal.write(lines);
    });
    return this.#written;
  }
}
