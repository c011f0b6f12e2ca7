/**
 * What a worker prints, line by line, with the task that printed it. Python marks what tasks write
 * (python/nogil/_output.py); what C code or other threads write has no mark.
 */

/** A line longer than this is handed over in pieces, so that output without line ends cannot fill the memory. */
const MAX_LINE_LENGTH = 64 * 1024;
const MARK_START = 0x1e;
const MARK_END = 0x1f;
/** No mark is longer. */
const MAX_MARK_LENGTH = 40;
const MARK = /^(\d{1,5}) (\d{1,10}) (\d{1,5})$/;

/** Which task wrote a line: its thread and its id there; undefined for what no task wrote. */
export type Writer = { readonly channel: number; readonly task: number } | undefined;

export type LineHandler = (line: string, writer: Writer) => void;

export class OutputReader {
  readonly #onLine: LineHandler;
  /** The unfinished line of each thread's task, and that of nobody. */
  readonly #lines = new Map<number | "nobody", { readonly task: number; readonly splitter: LineSplitter }>();
  #pending: Buffer = Buffer.alloc(0);

  constructor(onLine: LineHandler) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let bytes = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    while (bytes.length > 0) {
      const rest = this.#take(bytes);
      if (rest === undefined) break;
      bytes = rest;
    }
    this.#pending = bytes;
  }

  end(): void {
    if (this.#pending.length > 0) this.#write(this.#pending, undefined);
    this.#pending = Buffer.alloc(0);
    for (const { splitter } of this.#lines.values()) splitter.end();
    this.#lines.clear();
  }

  /** Handles the next piece and returns what follows; undefined when more bytes are needed. */
  #take(bytes: Buffer): Buffer | undefined {
    const mark = bytes.indexOf(MARK_START);
    if (mark !== 0) {
      const end = mark < 0 ? bytes.length : mark;
      this.#write(bytes.subarray(0, end), undefined);
      return bytes.subarray(end);
    }
    const end = bytes.indexOf(MARK_END);
    if (end < 0 && bytes.length < MAX_MARK_LENGTH) return undefined;
    const match = end < 0 || end > MAX_MARK_LENGTH ? null : MARK.exec(bytes.toString("latin1", 1, end));
    if (match === null) {
      // Somebody's own control character.
      this.#write(bytes.subarray(0, 1), undefined);
      return bytes.subarray(1);
    }
    const next = end + 1 + Number(match[3]);
    if (bytes.length < next) return undefined;
    this.#write(bytes.subarray(end + 1, next), { channel: Number(match[1]), task: Number(match[2]) });
    return bytes.subarray(next);
  }

  #write(bytes: Buffer, writer: Writer): void {
    const key = writer?.channel ?? "nobody";
    const task = writer?.task ?? 0;
    let open = this.#lines.get(key);
    if (open !== undefined && open.task !== task) {
      // A thread runs its tasks one after the other: the earlier one will not finish its line any more.
      open.splitter.end();
      open = undefined;
    }
    if (open === undefined) {
      open = { task, splitter: new LineSplitter((line) => this.#onLine(line, writer)) };
      this.#lines.set(key, open);
    }
    open.splitter.push(bytes);
  }
}

const NEWLINE = 0x0a;

/** Bytes to lines: a line may span chunks, and a last one may lack its end. */
class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
      const line = bytes.toString("utf8", 0, end);
      this.#onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
      bytes = bytes.subarray(end + 1);
    }
    for (; bytes.length > MAX_LINE_LENGTH; bytes = bytes.subarray(MAX_LINE_LENGTH)) {
      this.#onLine(bytes.toString("utf8", 0, MAX_LINE_LENGTH));
    }
    this.#rest = Buffer.from(bytes);
  }

  end(): void {
    if (this.#rest.length > 0) this.#onLine(this.#rest.toString("utf8"));
    this.#rest = Buffer.alloc(0);
  }
}
