/**
 * The file of results: only ever appended to while a batch runs, one write for each line, so that a kill at any moment
 * loses nothing but a part of the last line. Every line carries the fingerprint of the input line it was made from, so
 * the file alone is enough to go on later.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { CommandFailed, fileProblem } from "../failure.js";
import { type Entry, LineIndex } from "./line-index.js";
import { replaceFile } from "./replace-file.js";

/** How every line begins. */
const BEGINNING = '{"index":';
const NEWLINE = 0x0a;
const READ_BYTES = 1 << 20;

export class ResultFile {
  readonly path: string;
  #descriptor: number;
  #lines = new LineIndex();
  #size = 0;

  /**
   * Opens or makes the file, reads what it holds, and cuts off a last line that was not finished.
   *
   * @throws CommandFailed when it cannot be opened, or holds something else than results
   */
  constructor(path: string, restart: boolean) {
    this.path = path;
    const { O_RDWR, O_CREAT, O_APPEND, O_TRUNC } = constants;
    const descriptor = this.#try(() =>
      openSync(path, O_RDWR | O_CREAT | O_APPEND | (restart ? O_TRUNC : 0), 0o666),
    );
    this.#descriptor = descriptor;
    if (!this.#try(() => fstatSync(descriptor)).isFile()) {
      this.close();
      throw new CommandFailed(`${path} is not a file; leave -o away to write to stdout`);
    }
    try {
      this.#read();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Lines it holds. */
  get size(): number {
    return this.#lines.size;
  }

  /** Lines that are errors. */
  get failed(): number {
    return this.#lines.failed;
  }

  /** Whether there is a result of this input line. */
  has(index: number): boolean {
    return this.#lines.get(index) !== undefined;
  }

  /** Whether the result was made from the line with this fingerprint. */
  fits(index: number, fingerprint: string): boolean {
    return this.#lines.get(index)?.fingerprint === BigInt(`0x${fingerprint}`);
  }

  /**
   * Adds a line.
   *
   * @param result the JSON of the value or of the error, with its key: `"value":4`
   */
  append(index: number, result: string, fingerprint: string, failed: boolean): void {
    const bytes = Buffer.from(`${BEGINNING}${index},${result},"input":"${fingerprint}"}\n`);
    for (let written = 0; written < bytes.length; ) {
      written += this.#try(() => writeSync(this.#descriptor, bytes, written));
    }
    this.#add(index, bytes.length, fingerprint, failed);
  }

  /** Takes the errors out, so that their lines are done again. */
  dropFailed(): void {
    if (this.failed > 0) this.#rewrite((entry) => !entry.failed);
  }

  /** Puts the lines in the order of the input, where they came in another. */
  sort(): void {
    if (!this.#lines.isSorted) this.#rewrite(() => true);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #rewrite(keep: (entry: Entry) => boolean): void {
    const kept = new LineIndex();
    let size = 0;
    for (const [index, entry] of this.#lines.entries()) {
      if (!keep(entry)) continue;
      kept.add(index, { ...entry, offset: size });
      size += entry.length;
    }
    const parts = Array.from(this.#lines.entries(), ([, entry]) => entry).filter(keep);
    this.#descriptor = this.#try(() => replaceFile(this.path, this.#descriptor, parts));
    this.#lines = kept;
    this.#size = size;
  }

  #add(index: number, length: number, fingerprint: string, failed: boolean): boolean {
    const entry = { offset: this.#size, length, fingerprint: BigInt(`0x${fingerprint}`), failed };
    this.#size += length;
    return this.#lines.add(index, entry);
  }

  #read(): void {
    const buffer = Buffer.alloc(READ_BYTES);
    /** Pieces of a line whose end has not come yet. */
    let begun: Buffer[] = [];
    for (;;) {
      const position = this.#size + begun.reduce((sum, piece) => sum + piece.length, 0);
      const count = this.#try(() => readSync(this.#descriptor, buffer, 0, READ_BYTES, position));
      const chunk = Buffer.from(buffer.subarray(0, count));
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        this.#readLine(Buffer.concat([...begun, chunk.subarray(start, end + 1)]));
        begun = [];
        start = end + 1;
      }
      if (count === 0) break;
      if (start < count) begun.push(chunk.subarray(start));
    }
    const torn = Buffer.concat(begun).toString("utf8");
    // A file of something else must not lose its last line because of a slip of the hand.
    if (!torn.startsWith(BEGINNING) && !BEGINNING.startsWith(torn)) this.#refuse();
    if (torn !== "") this.#try(() => ftruncateSync(this.#descriptor, this.#size));
  }

  #readLine(bytes: Buffer): void {
    const line = parseLine(bytes.toString("utf8"));
    if (line === undefined || !this.#add(line.index, bytes.length, line.fingerprint, line.failed))
      this.#refuse();
  }

  #refuse(): never {
    const where = `line ${this.size + 1} of ${this.path}`;
    throw new CommandFailed(
      `${where} is not a result that \`nogil map\` wrote to a file; name another file, or pass --restart to overwrite it`,
    );
  }

  #try<T>(operation: () => T): T {
    try {
      return operation();
    } catch (error) {
      throw new CommandFailed(`cannot write ${this.path}: ${fileProblem(error)}`);
    }
  }
}

function parseLine(text: string): { index: number; fingerprint: string; failed: boolean } | undefined {
  try {
    const { index, input, value, error } = JSON.parse(text) as Record<string, unknown>;
    if (!Number.isSafeInteger(index) || (index as number) < 0) return undefined;
    if (typeof input !== "string" || !/^[0-9a-f]{16}$/.test(input)) return undefined;
    if ((value === undefined) === (error === undefined)) return undefined;
    return { index: index as number, fingerprint: input, failed: error !== undefined };
  } catch {
    return undefined;
  }
}
