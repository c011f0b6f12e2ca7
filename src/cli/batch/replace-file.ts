/** Writes a file anew from parts of itself. Whoever looks sees the old file or the new one, never a half. */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";

/** A stretch of a file, in bytes. */
export interface Part {
  readonly offset: number;
  readonly length: number;
}

const COPY_BYTES = 1 << 20;

/**
 * Replaces the file by these parts of it, in this order.
 *
 * @param descriptor the open file; it is closed when the new one stands in its place
 * @returns the descriptor of the new file, for reading and appending
 */
export function replaceFile(path: string, descriptor: number, parts: readonly Part[]): number {
  const temporary = `${path}.${process.pid}.tmp`;
  const { O_RDWR, O_CREAT, O_EXCL, O_APPEND } = constants;
  const target = openSync(temporary, O_RDWR | O_CREAT | O_EXCL | O_APPEND, fstatSync(descriptor).mode);
  try {
    for (const part of joined(parts)) copy(descriptor, target, part);
    fsyncSync(target);
    renameSync(temporary, path);
  } catch (error) {
    closeSync(target);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(descriptor);
  return target;
}

/** Neighbours as one part: most lines stand in order already. */
function* joined(parts: readonly Part[]): Generator<Part, void, undefined> {
  let offset = 0;
  let length = 0;
  for (const part of parts) {
    if (part.offset !== offset + length) {
      yield { offset, length };
      offset = part.offset;
      length = 0;
    }
    length += part.length;
  }
  yield { offset, length };
}

function copy(source: number, target: number, { offset, length }: Part): void {
  const buffer = Buffer.allocUnsafe(Math.min(length, COPY_BYTES));
  for (let done = 0; done < length; ) {
    const count = readSync(source, buffer, 0, Math.min(buffer.length, length - done), offset + done);
    if (count === 0) throw new Error("the file became shorter while it was read");
    for (let written = 0; written < count; ) written += writeSync(target, buffer, written, count - written);
    done += count;
  }
}
