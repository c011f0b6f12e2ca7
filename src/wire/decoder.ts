/**
 * Python's marshal format (versions 0 to 4) to JavaScript values. Never reads outside of its frame and never allocates
 * more than the frame can fill: every count is checked against the bytes that are left.
 */
import { ProtocolError, PythonError, type PythonErrorDetails } from "../errors.js";
import { arrayOver } from "./arrays.js";
import { aligned, HAS_ATTACHMENTS } from "./frame.js";
import { fromDigits } from "./integers.js";
import { Complex, NdArray } from "./special-values.js";
import { decodeText } from "./strings.js";

/** A little more than marshal itself writes. */
const MAX_DEPTH = 2100;
/** Up to this length a loop in JavaScript beats a call into the runtime. */
const SHORT_TEXT = 24;
/** Larger byte strings are views of their frame, smaller ones copies that keep no frame alive. */
const SHARE_FROM_BYTES = 1 << 16;
const REFERENCE_FLAG = 0x80;
const ELLIPSIS = 0x2e;

const END_OF_DICT = Symbol("end of dict");

export interface DecoderOptions {
  /** What a Python `datetime` becomes. `"iso"` keeps microseconds and the zone. @default "date" */
  readonly dates?: "date" | "iso";
}

export class Decoder {
  readonly #isoDates: boolean;
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;
  #end = 0;
  #attachments = -1;
  #references: unknown[] = [];

  constructor(options: DecoderOptions = {}) {
    this.#isoDates = options.dates === "iso";
  }

  /**
   * The value in `bytes[start, end)`, whose frame had these flags.
   *
   * @throws ProtocolError when the bytes are not one value.
   */
  decode(bytes: Buffer, start: number, end: number, flags: number): unknown {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    this.#attachments = -1;
    if (this.#references.length > 0) this.#references = [];
    if (flags & HAS_ATTACHMENTS) {
      this.#need(8);
      const size = bytes.readUInt32LE(start);
      this.#position += 8;
      this.#need(size);
      this.#attachments = this.#position + aligned(size);
    }
    const value = this.#value(0);
    if (value === END_OF_DICT) throw corrupt("a value is missing");
    return value;
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
    const count = this.#size();
    this.#need(count); // every item takes at least a byte
    return count;
  }

  #value(depth: number): unknown {
    this.#need(1);
    if (depth > MAX_DEPTH) throw corrupt(`nested deeper than ${MAX_DEPTH} levels`);
    const code = this.#bytes[this.#position++] as number;
    if (code < REFERENCE_FLAG) return this.#read(code, depth, -1);
    const index = this.#references.push(undefined) - 1;
    const value = this.#read(code & ~REFERENCE_FLAG, depth, index);
    this.#references[index] = value;
    return value;
  }

  #read(code: number, depth: number, reference: number): unknown {
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
      case 0x53: // S: StopIteration
        return null;
      case 0x54:
        return true;
      case 0x46:
        return false;
      case 0x7b:
        return this.#dict(depth, reference);
      case 0x5b: // [: list
        return this.#array(this.#count(), depth, reference);
      case 0x29: // ): small tuple
        return this.#tuple(this.#shortSize(), depth, reference);
      case 0x28:
        return this.#tuple(this.#count(), depth, reference);
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
      case 0x3e: {
        const members = new Set();
        if (reference >= 0) this.#references[reference] = members;
        for (let count = this.#count(); count > 0; count--) members.add(this.#item(depth));
        return members;
      }
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
    return value;
  }

  #reference(): unknown {
    const index = this.#size();
    const value = this.#references[index];
    if (value === undefined) throw corrupt(`reference ${index} to nothing`);
    return value;
  }

  #array(count: number, depth: number, reference: number): unknown[] {
    const items: unknown[] = new Array(count);
    if (reference >= 0) this.#references[reference] = items;
    for (let i = 0; i < count; i++) items[i] = this.#item(depth);
    return items;
  }

  #tuple(count: number, depth: number, reference: number): unknown {
    if (count < 2 || this.#bytes[this.#position] !== ELLIPSIS) {
      this.#need(count);
      return this.#array(count, depth, reference);
    }
    const [, tag, ...fields] = this.#array(count, depth, -1);
    return this.#extension(tag, fields);
  }

  /** Text keys only: an object. As soon as another key comes: a Map. */
  #dict(depth: number, reference: number): unknown {
    const object: Record<string, unknown> = {};
    if (reference >= 0) this.#references[reference] = object;
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
        return this.#isoDates ? fields[0] : new Date(String(fields[0]));
      case "bytes":
        return this.#content(fields[0]);
      case "array":
        return this.#numbers(fields);
      case "error":
        return new PythonError(toErrorDetails(fields[0]));
      default:
        throw corrupt(`unknown extension ${String(tag)}`);
    }
  }

  /** Bytes that came inline, or the attachment at (offset, size). */
  #content(place: unknown): Buffer {
    if (Buffer.isBuffer(place)) return place;
    const [offset, size] = Array.isArray(place) ? place : [];
    if (this.#attachments < 0 || !isCount(offset) || !isCount(size))
      throw corrupt("attachment without a place");
    const start = this.#attachments + offset;
    if (start + size > this.#end) throw corrupt("an attachment ends behind its frame");
    return this.#bytes.subarray(start, start + size);
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

function corrupt(what: string): ProtocolError {
  return new ProtocolError(`cannot decode a message: ${what}`);
}

/** Checks what a worker said of an exception. */
export function toErrorDetails(value: unknown, depth = 0): PythonErrorDetails {
  if (typeof value !== "object" || value === null || depth > 16) throw corrupt("malformed exception");
  const { type, bases, text, args, traceback, notes, cause } = value as Record<string, unknown>;
  const details = {
    type: String(type),
    bases: Array.isArray(bases) ? bases.map(String) : [],
    text: String(text),
    args: Array.isArray(args) ? args : [],
    traceback: String(traceback),
    notes: Array.isArray(notes) ? notes.map(String) : [],
  };
  return cause === undefined || cause === null
    ? details
    : { ...details, cause: toErrorDetails(cause, depth + 1) };
}
