/**
 * Python's marshal format (versions 0 to 4) to JavaScript values. Never reads outside of its frame and never allocates
 * more than the frame can fill: every count is checked against the bytes that are left.
 */
import { NogilError, NotSendable, ProtocolError, PythonError, type PythonErrorDetails } from "../errors.js";
import { arrayOver } from "./arrays.js";
import { dateOf } from "./dates.js";
import { aligned, HAS_ATTACHMENTS, HAS_EXTENSIONS } from "./frame.js";
import { fromDigits } from "./integers.js";
import { Complex, NdArray, Reference } from "./special-values.js";
import { decodeText } from "./strings.js";
import type { ArrowLibrary } from "./tables.js";
import { MAX_DEPTH } from "./unsendable.js";

/** Up to this length a loop in JavaScript beats a call into the runtime. */
const SHORT_TEXT = 24;
/** Larger byte strings are views of their frame, smaller ones copies that keep no frame alive. */
const SHARE_FROM_BYTES = 1 << 16;
const REFERENCE_FLAG = 0x80;
const ELLIPSIS = 0x2e;

const END_OF_DICT = Symbol("end of dict");
/** Stands for a value that is still being read: a reference to it is a cycle. */
const UNFINISHED = Symbol("unfinished");

export interface DecoderOptions {
  /** What a Python `datetime` becomes. `"iso"` keeps microseconds and the zone. @default "date" */
  readonly dates?: "date" | "iso";
  /** `number`: an int that a number cannot hold exactly is refused instead of becoming a bigint. @default "exact" */
  readonly ints?: "exact" | "number";
  /** The shared array that Python names by its number; undefined when it was freed. */
  readonly shared?: (number: number) => unknown;
  /** Tables are those of this library, in both directions. */
  readonly arrow?: ArrowLibrary | undefined;
}

export class Decoder {
  readonly #isoDates: boolean;
  readonly #onlyNumbers: boolean;
  readonly #arrow: ArrowLibrary | undefined;
  readonly #sharedOf: ((number: number) => unknown) | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;
  #end = 0;
  /** Where the attachments begin, -1 without any, and what they are in. */
  #attachments = -1;
  #attachmentBytes: Buffer = this.#bytes;
  #attachmentsEnd = 0;
  #extensions = false;
  /** Items that the containers around the present value have announced and not begun; each takes at least a byte. */
  #announced = 0;
  #references: unknown[] = [];

  constructor(options: DecoderOptions = {}) {
    this.#isoDates = options.dates === "iso";
    this.#onlyNumbers = options.ints === "number";
    this.#sharedOf = options.shared;
    this.#arrow = options.arrow;
  }

  /**
   * The value in `bytes[start, end)`, whose frame had these flags.
   *
   * @param region the attachments, where they came in a region
   *
   * @throws ProtocolError when the bytes are not one value.
   * @throws NotSendable when they are, and JavaScript cannot hold it: a cycle, or larger than its strings, bigints or
   * maps can be.
   */
  decode(bytes: Buffer, start: number, end: number, flags: number, region?: Buffer): unknown {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    this.#attachments = -1;
    this.#extensions = (flags & HAS_EXTENSIONS) !== 0;
    this.#announced = 0;
    if (this.#references.length > 0) this.#references = [];
    if (flags & HAS_ATTACHMENTS) {
      this.#need(8);
      const size = bytes.readUInt32LE(start);
      this.#position += 8;
      this.#need(size);
      this.#attachments = region === undefined ? this.#position + aligned(size) : 0;
      this.#attachmentBytes = region ?? bytes;
      this.#attachmentsEnd = region?.length ?? end;
    }
    try {
      return this.#item(-1);
    } catch (error) {
      if (error instanceof NogilError) throw error;
      throw new NotSendable("result", `JavaScript cannot hold it (${(error as Error).message})`);
    }
  }

  #need(bytes: number): void {
    if (bytes > this.#end - this.#position) {
      throw corrupt(`${bytes} bytes are announced and ${this.#end - this.#position} are left`);
    }
  }

  #size(): number {
    this.#need(4);
    const size = this.#bytes.readInt32LE(this.#position);
    this.#position += 4;
    if (size < 0) throw corrupt(`negative size ${size}`);
    return size;
  }

  #count(): number {
    return this.#announce(this.#size());
  }

  /** Bounds what a container may allocate: all items of all open containers must find room in the frame. */
  #announce(count: number): number {
    this.#need(count + this.#announced);
    return count;
  }

  #value(depth: number): unknown {
    this.#need(1);
    if (depth > MAX_DEPTH) throw new NotSendable("result", `nested deeper than ${MAX_DEPTH} levels`);
    const code = this.#bytes[this.#position++] as number;
    if (code < REFERENCE_FLAG) return this.#read(code, depth);
    const index = this.#references.push(UNFINISHED) - 1;
    const value = this.#read(code & ~REFERENCE_FLAG, depth);
    this.#references[index] = value;
    return value;
  }

  #read(code: number, depth: number): unknown {
    switch (code) {
      case 0x7a: // z: short ASCII
      case 0x5a: // Z: the same, interned
        return this.#ascii(this.#shortSize());
      case 0x69: {
        // i: 32-bit int
        this.#need(4);
        const value = this.#bytes.readInt32LE(this.#position);
        this.#position += 4;
        return value;
      }
      case 0x67: // g: float
        return this.#float();
      case 0x4e: // N: None
      case 0x2e: // .: Ellipsis on its own
        return null;
      case 0x53: // S: the one class that marshal takes
        throw new NotSendable("result", "the class StopIteration cannot be sent");
      case 0x54:
        return true;
      case 0x46:
        return false;
      case 0x7b:
        return this.#dict(depth);
      case 0x5b: // [: list
        return this.#array(this.#count(), depth);
      case 0x29: // ): small tuple
        return this.#tuple(this.#announce(this.#shortSize()), depth);
      case 0x28:
        return this.#tuple(this.#count(), depth);
      case 0x72:
        return this.#reference();
      case 0x75: // u: UTF-8
      case 0x74: // t: the same, interned
        return this.#text(this.#size());
      case 0x61: // a: long ASCII
      case 0x41:
        return this.#ascii(this.#size());
      case 0x73:
        return this.#binary(this.#size());
      case 0x6c:
        return this.#integer();
      case 0x79:
        return new Complex(this.#float(), this.#float());
      case 0x3c:
      case 0x3e: // > and <: frozenset, set
        return new Set(this.#array(this.#count(), depth));
      case 0x30:
        return END_OF_DICT;
      default:
        throw corrupt(`unknown type code ${code}`);
    }
  }

  #item(depth: number): unknown {
    const value = this.#value(depth + 1);
    if (value === END_OF_DICT) throw corrupt("a dict ends where none began");
    return value;
  }

  #shortSize(): number {
    this.#need(1);
    return this.#bytes[this.#position++] as number;
  }

  #float(): number {
    this.#need(8);
    const value = this.#bytes.readDoubleLE(this.#position);
    this.#position += 8;
    return value;
  }

  #ascii(size: number): string {
    this.#need(size);
    const start = this.#position;
    const end = start + size;
    this.#position = end;
    if (size >= SHORT_TEXT) return this.#bytes.toString("latin1", start, end);
    let text = "";
    for (let i = start; i < end; i++) text += String.fromCharCode(this.#bytes[i] as number);
    return text;
  }

  #text(size: number): string {
    this.#need(size);
    const start = this.#position;
    this.#position += size;
    return decodeText(this.#bytes, start, this.#position);
  }

  #binary(size: number): Buffer {
    this.#need(size);
    const bytes = this.#bytes.subarray(this.#position, this.#position + size);
    this.#position += size;
    return size >= SHARE_FROM_BYTES ? bytes : Buffer.from(bytes);
  }

  #integer(): number | bigint {
    this.#need(4);
    const signed = this.#bytes.readInt32LE(this.#position);
    this.#position += 4;
    const count = Math.abs(signed);
    this.#need(2 * count);
    const value = fromDigits(this.#bytes, this.#position, count, signed < 0);
    this.#position += 2 * count;
    if (this.#onlyNumbers && typeof value === "bigint")
      throw new NotSendable(
        "result",
        `an int of ${value.toString(2).length} bits is no exact number (ints: "number")`,
      );
    return value;
  }

  #reference(): unknown {
    const index = this.#size();
    if (index >= this.#references.length) throw corrupt(`reference ${index} to nothing`);
    const value = this.#references[index];
    if (value === UNFINISHED) throw new NotSendable("result", "the value contains itself");
    return value;
  }

  #array(count: number, depth: number): unknown[] {
    const items: unknown[] = new Array(count);
    this.#announced += count;
    for (let i = 0; i < count; i++) {
      this.#announced--;
      items[i] = this.#item(depth);
    }
    return items;
  }

  #tuple(count: number, depth: number): unknown {
    const isExtension = this.#extensions && count >= 2 && this.#bytes[this.#position] === ELLIPSIS;
    const items = this.#array(count, depth);
    return isExtension ? this.#extension(items[1], items.slice(2)) : items;
  }

  /** Text keys only: an object. As soon as another key comes: a Map. */
  #dict(depth: number): unknown {
    const object: Record<string, unknown> = {};
    for (;;) {
      const key = this.#value(depth + 1);
      if (key === END_OF_DICT) return object;
      if (typeof key !== "string") return this.#map(object, key, depth);
      const value = this.#item(depth);
      if (key === "__proto__") {
        // Assigned plainly it would replace the object's prototype.
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      } else {
        object[key] = value;
      }
    }
  }

  #map(begun: Record<string, unknown>, firstKey: unknown, depth: number): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>(Object.entries(begun));
    for (let key = firstKey; key !== END_OF_DICT; key = this.#value(depth + 1))
      map.set(key, this.#item(depth));
    return map;
  }

  #extension(tag: unknown, fields: unknown[]): unknown {
    switch (tag) {
      case "datetime":
        return this.#isoDates ? fields[0] : dateOf(String(fields[0]));
      case "bytes":
        return this.#content(fields[0]);
      case "array":
        return this.#numbers(fields);
      case "arrow":
        return this.#table(this.#content(fields[0]));
      case "shared":
        return this.#shared(fields[0]);
      case "ref":
        if (!isCount(fields[0])) throw corrupt("reference without a number");
        return new Reference(fields[0], String(fields[1]));
      case "error":
        return new PythonError(toErrorDetails(fields[0]));
      default:
        throw corrupt(`unknown extension ${String(tag)}`);
    }
  }

  #table(bytes: Buffer): unknown {
    if (this.#arrow === undefined) throw corrupt("an Arrow table that nobody asked for");
    try {
      return this.#arrow.tableFromIPC(bytes);
    } catch (error) {
      throw new NotSendable("result", `apache-arrow cannot read the table (${(error as Error).message})`);
    }
  }

  #shared(number: unknown): unknown {
    if (!isCount(number)) throw corrupt("a shared array without a number");
    const value = this.#sharedOf?.(number);
    if (value === undefined)
      throw new NotSendable("result", "the shared array was freed before it came back");
    return value;
  }

  /** Bytes that came inline, or the attachment at (offset, size). */
  #content(place: unknown): Buffer {
    if (Buffer.isBuffer(place)) return place;
    const [offset, size] = Array.isArray(place) ? place : [];
    if (this.#attachments < 0 || !isCount(offset) || !isCount(size))
      throw corrupt("attachment without a place");
    const start = this.#attachments + offset;
    if (start + size > this.#attachmentsEnd) throw corrupt("an attachment ends behind its frame");
    const bytes = this.#attachmentBytes.subarray(start, start + size);
    return size >= SHARE_FROM_BYTES ? bytes : Buffer.from(bytes);
  }

  #numbers([kind, shape, place]: unknown[]): unknown {
    const content = this.#content(place);
    const data = arrayOver(String(kind), content, content.byteLength >= SHARE_FROM_BYTES);
    if (data === undefined || !Array.isArray(shape) || !shape.every(isCount))
      throw corrupt(`array of ${String(kind)}`);
    if (shape.reduce((product, side) => product * side, 1) !== data.length)
      throw corrupt("array of another shape");
    return shape.length === 1 ? data : new NdArray(data, shape);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function corrupt(what: string): ProtocolError {
  return new ProtocolError(`cannot decode a message: ${what}`);
}

/** Checks what a worker said of an exception. */
export function toErrorDetails(value: unknown, depth = 0): PythonErrorDetails {
  if (typeof value !== "object" || value === null || depth > 16) throw corrupt("malformed exception");
  const { type, bases, text, args, traceback, notes, cause } = value as Record<string, unknown>;
  if (!isText(type) || !isText(text) || !isText(traceback)) throw corrupt("malformed exception");
  const details = {
    type,
    bases: Array.isArray(bases) ? bases.filter(isText) : [],
    text,
    args: Array.isArray(args) ? args : [],
    traceback,
    notes: Array.isArray(notes) ? notes.filter(isText) : [],
  };
  return cause === undefined || cause === null
    ? details
    : { ...details, cause: toErrorDetails(cause, depth + 1) };
}
