/** The lines of a batch, read only as fast as they are used. */
import { createHash } from "node:crypto";
import { createReadStream, type Stats, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { CommandFailed, fileProblem } from "../failure.js";

/** One line that is not blank. */
export interface InputLine {
  /** Number of the line in the input, from 0; blank lines are counted and not handed out. */
  readonly index: number;
  readonly text: string;
}

/** Where the lines come from. */
export interface Input {
  /** Its name in messages. */
  readonly name: string;
  /** Can be read more than once: a file, not a pipe. */
  readonly isRepeatable: boolean;
  open(): Readable;
}

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = "\ufeff";

/** A file, or stdin for `-` and for none. */
export function inputAt(path: string | undefined): Input {
  if (path === undefined || path === "-") {
    return { name: "stdin", isRepeatable: false, open: () => process.stdin };
  }
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    throw new CommandFailed(`cannot read ${path}: ${fileProblem(error)}`);
  }
  if (stats.isDirectory()) throw new CommandFailed(`cannot read ${path}: it is a folder`);
  return { name: path, isRepeatable: stats.isFile(), open: () => createReadStream(path) };
}

/** The lines of an input. Ends early, without an error, when the signal is aborted. */
export async function* linesOf(
  input: Input,
  signal: AbortSignal,
): AsyncGenerator<InputLine, void, undefined> {
  const stream = input.open();
  const abort = () => stream.destroy();
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  let index = 0;
  try {
    for await (const bytes of splitLines(stream)) {
      let text = bytes.toString("utf8");
      if (index === 0 && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
      text = text.trim();
      if (text !== "") yield { index, text };
      index++;
    }
  } catch (error) {
    if (!signal.aborted) throw new CommandFailed(`cannot read ${input.name}: ${fileProblem(error)}`);
  } finally {
    signal.removeEventListener("abort", abort);
    stream.destroy();
  }
}

async function* splitLines(stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  /** Pieces of a line whose end has not come yet. */
  let begun: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      yield begun.length === 0 ? piece : Buffer.concat([...begun, piece]);
      begun = [];
      start = end + 1;
    }
    if (start < chunk.length) begun.push(chunk.subarray(start));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}

/** Tells lines apart, and what is done with them: 16 hexadecimal digits. */
export type Fingerprint = (line: InputLine) => string;

/** @param purpose the function and the way the line becomes its arguments */
export function fingerprintFor(purpose: string): Fingerprint {
  return ({ text }) => createHash("sha256").update(`${purpose}\n${text}`).digest("hex").slice(0, 16);
}
