/** Bytes to lines: a line may span chunks, and a last one may lack its end. */
import { StringDecoder } from "node:string_decoder";

/** A line longer than this is handed over in pieces, so that output without line ends cannot fill the memory. */
const MAX_LINE_LENGTH = 64 * 1024;

export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    while (this.#rest.length > MAX_LINE_LENGTH) {
      this.#onLine(this.#rest.slice(0, MAX_LINE_LENGTH));
      this.#rest = this.#rest.slice(MAX_LINE_LENGTH);
    }
  }

  end(): void {
    this.#rest += this.#decoder.end();
    if (this.#rest !== "") this.#onLine(this.#rest);
    this.#rest = "";
  }
}
