/**
 * JavaScript values to Python's marshal format (https://docs.python.org/3/library/marshal.html; the type codes are
 * those of CPython's Python/marshal.c). What marshal has no type for travels as a tuple (Ellipsis, tag, …).
 *
 * One encoder serves one channel: calls made in one tick are written one behind the other into its buffer and go out
 * in one write.
 */
import { NogilError } from "../errors.js";
import { kindOf } from "./arrays.js";
import { fingerprints, isAsItWas } from "./fingerprint.js";
import { aligned, CallKind, HAS_ATTACHMENTS, HAS_EXTENSIONS, HEADER_SIZE, IN_REGION } from "./frame.js";
import { toDigits } from "./integers.js";
import { REGION_FROM_BYTES, type RequestRegion } from "./regions.js";
import { type SharedReference, SharedValue } from "./shared.js";
import { Complex, Constructed, Float, NdArray, Tuple } from "./special-values.js";
import { encodeSurrogates } from "./strings.js";
import { type ArrowLibrary, tableBytes } from "./tables.js";
import {
  explainUnsendable,
  FREED,
  isIterable,
  MAX_DEPTH,
  reasonAgainst,
  reasonAgainstKey,
} from "./unsendable.js";

const INITIAL_BYTES = 1 << 16;
/** Copied into the frame below this size, sent from their own memory above. */
const ATTACH_FROM_BYTES = 1 << 12;
/** Up to this length a loop in JavaScript beats a call into the runtime. */
const SHORT_TEXT = 48;

const NONE = 0x4e;
const TRUE = 0x54;
const FALSE = 0x46;
const ELLIPSIS = 0x2e;
const INT = 0x69;
const LONG = 0x6c;
const BINARY_FLOAT = 0x67;
const BINARY_COMPLEX = 0x79;
const BYTES = 0x73;
const UNICODE = 0x75;
const SHORT_ASCII = 0x7a;
const SMALL_TUPLE = 0x29;
const TUPLE = 0x28;
const LIST = 0x5b;
const DICT = 0x7b;
const SET = 0x3c;
const FROZENSET = 0x3e;
const END_OF_DICT = 0x30;

/** A call whose attachments leave from their own memory: where it lies among the chunks, and what they were. */
interface LooseCall {
  readonly task: number;
  readonly first: number;
  readonly end: number;
  readonly views: readonly Uint8Array[];
  readonly before: readonly string[];
}

/** What stands for a function in a call: an object that lives in the worker, or a function that Python may call. */
export type FunctionForm = readonly [tag: "ref" | "function", number: number];

/** An object with one of these is a promise, or stands for something else. */
const SPECIAL_METHODS: ReadonlySet<string> = new Set(["then", "toJSON"]);

/** Keeps the iterables among the arguments of a call, which stay here; Python reads them by their numbers. */
export interface IterableKeeper {
  keep?(iterable: object): number;
}

/** Thrown inside the encoder, which does not know the path; the caller of a frame gets NotSendable instead. */
class Unsendable extends Error {}

export class Encoder {
  /** Takes the attachments of large calls, where there is one. */
  region: RequestRegion | undefined;
  /** Whether arrays that were written to before they were sent are noticed, too. */
  checksContents = false;
  /** Makes bytes of tables, where there are any. */
  arrow: ArrowLibrary | undefined;
  #buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #view = new DataView(this.#buffer.buffer);
  #position = 0;
  #extensions = false;
  /** True while arguments are written, of which functions may be part. */
  #isCall = false;
  readonly #formOf: ((value: object) => FunctionForm) | undefined;
  #keeper: IterableKeeper | undefined;
  #attachments: Uint8Array[] = [];
  #attachmentsSize = 0;
  #chunks: Uint8Array[] = [];
  #looseCalls: LooseCall[] = [];
  #leftOut: number[] = [];

  /** @param formOf says how a function among the arguments of a call travels; without it none does */
  constructor(formOf?: (value: object) => FunctionForm) {
    this.#formOf = formOf;
  }

  /** Bytes written and not taken. */
  get pendingBytes(): number {
    return this.#position + (this.#chunks.length > 0 ? 1 : 0);
  }

  /**
   * Appends a frame that holds one value.
   *
   * @throws NotSendable when the value cannot travel or is over `maxBytes`; nothing is appended then.
   */
  frame(task: number, kind: number, value: unknown, maxBytes: number): void {
    this.#isCall = false;
    const start = this.#begin();
    try {
      this.#value(value, 0);
    } catch (error) {
      throw this.#undo(start, error, value);
    }
    this.#end(start, task, kind, maxBytes, value);
  }

  /**
   * Appends a call: the tuple (name, args, keywords or None).
   *
   * @param keeper keeps iterables among the arguments; without it they cannot be sent
   */
  call(
    task: number,
    kind: number,
    name: string,
    args: readonly unknown[],
    keywords: Readonly<Record<string, unknown>> | undefined,
    maxBytes: number,
    keeper?: IterableKeeper,
  ): void {
    this.#isCall = this.#formOf !== undefined;
    const start = this.#begin();
    this.#keeper = keeper?.keep === undefined ? undefined : keeper;
    try {
      this.#byte(SMALL_TUPLE, 3);
      this.#text(name);
      this.#tuple(args, 0);
      if (keywords === undefined) this.#byte(NONE);
      else this.#dict(keywords, 0);
    } catch (error) {
      throw this.#undo(start, error, keywords === undefined ? args : { args, kwargs: keywords });
    }
    this.#keeper = undefined;
    this.#end(start, task, kind, maxBytes, args);
  }

  /**
   * What was appended since the last call, in order. The encoder's buffer may be reused after `release`. Calls whose
   * arrays were changed since are left out; `leftOut` names them.
   */
  take(): Uint8Array[] {
    const chunks = this.#chunks;
    if (this.#position > 0) chunks.push(this.#buffer.subarray(0, this.#position));
    this.#chunks = [];
    if (this.#leftOut.length > 0) this.#leftOut = [];
    if (this.#looseCalls.length > 0) {
      for (const { task, first, end, views, before } of this.#looseCalls.reverse()) {
        if (isAsItWas(views, before, this.checksContents)) continue;
        chunks.splice(first, end - first);
        this.#leftOut.unshift(task);
      }
      this.#looseCalls = [];
    }
    return chunks;
  }

  /** Calls that the last `take` left out. */
  get leftOut(): readonly number[] {
    return this.#leftOut;
  }

  /** Called after `take`: whether the bytes have left, so that the buffer can be written again. */
  release(sent: boolean): void {
    if (!sent || this.#buffer.length > INITIAL_BYTES) this.#replaceBuffer(INITIAL_BYTES);
    this.#position = 0;
  }

  #begin(): number {
    this.#extensions = false;
    const start = this.#position;
    this.#reserve(HEADER_SIZE);
    this.#position += HEADER_SIZE;
    return start;
  }

  #undo(start: number, error: unknown, root: unknown): NogilError {
    this.#position = start;
    this.#attachments = [];
    this.#attachmentsSize = 0;
    if (error instanceof NogilError) return error;
    // Anything else was thrown by the value: a getter, a proxy, toJSON(), a detached buffer.
    const reason = error instanceof Unsendable ? error.message : `reading it failed: ${String(error)}`;
    const passing = { functions: this.#isCall, iterables: this.#keeper !== undefined };
    this.#keeper = undefined;
    return explainUnsendable(root, reason, passing);
  }

  #end(start: number, task: number, kind: number, maxBytes: number, root: unknown): void {
    if (this.#attachments.length > 0) return this.#endWithAttachments(start, task, kind, maxBytes, root);
    const length = this.#position - start - HEADER_SIZE;
    if (length > maxBytes) throw this.#undo(start, new Unsendable(tooLarge(length, maxBytes)), root);
    this.#header(start, length, task, kind | (this.#extensions ? HAS_EXTENSIONS : 0));
  }

  #endWithAttachments(start: number, task: number, kind: number, maxBytes: number, root: unknown): void {
    const bodyStart = start + HEADER_SIZE;
    const size = this.#position - bodyStart;
    const head = 8;
    const length = head + aligned(size) + this.#attachmentsSize;
    if (length > maxBytes) throw this.#undo(start, new Unsendable(tooLarge(length, maxBytes)), root);
    this.#reserve(head + aligned(size) - size);
    this.#buffer.copyWithin(bodyStart + head, bodyStart, this.#position);
    this.#view.setUint32(bodyStart, size, true);
    const attachments = this.#attachments;
    const attachmentsSize = this.#attachmentsSize;
    this.#attachments = [];
    this.#attachmentsSize = 0;
    const flags = HAS_EXTENSIONS | HAS_ATTACHMENTS;
    // Nothing but a call: what is said to a task that runs must not take the region from it, nor give it back.
    const isLargeCall = kind === CallKind.CALL && attachmentsSize >= REGION_FROM_BYTES;
    if (isLargeCall && this.region?.claim(task, attachments, this.checksContents)) {
      this.#view.setUint32(bodyStart + 4, attachmentsSize, true);
      this.#position += head;
      this.#header(start, head + size, task, kind | flags | IN_REGION);
      this.region.announce(this.#cut(start));
      return;
    }
    this.#view.setUint32(bodyStart + 4, 0, true);
    this.#position += head + aligned(size) - size;
    this.#header(start, length, task, kind | flags);
    this.#cut(start);
    const first = this.#chunks.length - 1;
    // An answer cannot be left out: somebody waits for it. So it gets memory that nobody else has.
    const isCall = kind !== CallKind.HOST_ANSWER;
    for (const attachment of attachments) {
      this.#chunks.push(isCall ? attachment : attachment.slice());
      const padding = aligned(attachment.byteLength) - attachment.byteLength;
      if (padding > 0) this.#chunks.push(new Uint8Array(padding));
    }
    if (!isCall) return;
    const before = fingerprints(attachments, this.checksContents);
    this.#looseCalls.push({ task, first, end: this.#chunks.length, views: attachments, before });
  }

  /** Makes the frame from `start` on a chunk of its own, after one of the frames before it; goes on in a fresh buffer. */
  #cut(start: number): Uint8Array {
    if (start > 0) this.#chunks.push(this.#buffer.subarray(0, start));
    const frame = this.#buffer.subarray(start, this.#position);
    this.#chunks.push(frame);
    this.#replaceBuffer(INITIAL_BYTES);
    this.#position = 0;
    return frame;
  }

  #header(start: number, length: number, task: number, kind: number): void {
    this.#view.setUint32(start, length, true);
    this.#view.setUint32(start + 4, task, true);
    this.#buffer[start + 8] = kind;
  }

  #replaceBuffer(size: number): void {
    this.#buffer = Buffer.allocUnsafeSlow(size);
    this.#view = new DataView(this.#buffer.buffer);
  }

  #reserve(bytes: number): void {
    const needed = this.#position + bytes;
    if (needed <= this.#buffer.length) return;
    const old = this.#buffer;
    this.#replaceBuffer(Math.max(old.length * 2, needed));
    old.copy(this.#buffer, 0, 0, this.#position);
  }

  #byte(first: number, second?: number): void {
    this.#reserve(2);
    this.#buffer[this.#position++] = first;
    if (second !== undefined) this.#buffer[this.#position++] = second;
  }

  #sized(code: number, size: number): void {
    this.#reserve(5);
    this.#buffer[this.#position] = code;
    this.#view.setUint32(this.#position + 1, size, true);
    this.#position += 5;
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return this.#number(value);
      case "boolean":
        return this.#byte(value ? TRUE : FALSE);
      case "undefined":
        return this.#byte(NONE);
      case "bigint":
        return this.#integer(value);
      case "object":
        return value === null ? this.#byte(NONE) : this.#object(value, depth + 1);
      case "function":
        if (this.#isCall) return this.#function(value);
        throw new Unsendable("a function cannot be sent to Python");
      default:
        throw new Unsendable(`a ${typeof value} cannot be sent to Python`);
    }
  }

  #number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.#reserve(5);
      this.#buffer[this.#position] = INT;
      this.#view.setInt32(this.#position + 1, value, true);
      this.#position += 5;
    } else if (Number.isSafeInteger(value) && value !== 0) {
      this.#integer(BigInt(value));
    } else {
      this.#float(value);
    }
  }

  #float(value: number): void {
    this.#reserve(9);
    this.#buffer[this.#position] = BINARY_FLOAT;
    this.#view.setFloat64(this.#position + 1, value, true);
    this.#position += 9;
  }

  #integer(value: bigint): void {
    const digits = toDigits(value < 0n ? -value : value);
    this.#reserve(5 + 2 * digits.length);
    this.#buffer[this.#position] = LONG;
    this.#view.setInt32(this.#position + 1, value < 0n ? -digits.length : digits.length, true);
    this.#position += 5;
    for (const digit of digits) {
      this.#view.setUint16(this.#position, digit, true);
      this.#position += 2;
    }
  }

  #text(text: string): void {
    const length = text.length;
    this.#reserve(5 + 3 * length);
    const start = this.#position;
    if (length < SHORT_TEXT) {
      const buffer = this.#buffer;
      let position = start + 2;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 0x7f) break;
        buffer[position++] = code;
      }
      if (i === length) {
        buffer[start] = SHORT_ASCII;
        buffer[start + 1] = length;
        this.#position = position;
        return;
      }
    }
    let size = this.#buffer.write(text, start + 5, "utf8");
    if (size !== length && !text.isWellFormed()) {
      const bytes = encodeSurrogates(text);
      size = bytes.copy(this.#buffer, start + 5);
    }
    this.#buffer[start] = UNICODE;
    this.#view.setUint32(start + 1, size, true);
    this.#position = start + 5 + size;
  }

  #object(value: object, depth: number): void {
    if (depth > MAX_DEPTH) throw new Unsendable(`nested deeper than ${MAX_DEPTH} levels`);
    if (Array.isArray(value)) {
      this.#sized(LIST, value.length);
      for (let i = 0; i < value.length; i++) this.#value(value[i], depth);
      return;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      return this.#dict(value as Record<string, unknown>, depth);
    }
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
      return this.#binary(value);
    }
    if (value instanceof Map) {
      this.#byte(DICT);
      for (const [key, item] of value) {
        this.#hashable(key, depth);
        this.#value(item, depth);
      }
      return this.#byte(END_OF_DICT);
    }
    if (value instanceof Set) {
      this.#sized(SET, value.size);
      for (const item of value) this.#hashable(item, depth);
      return;
    }
    if (value instanceof Date) return this.#date(value);
    if (value instanceof Tuple) return this.#tuple(value.items, depth);
    if (value instanceof Float) return this.#float(value.value);
    if (value instanceof Complex) return this.#complex(value);
    if (value instanceof Constructed) return this.#constructed(value, depth, false);
    if (value instanceof SharedValue) return this.#shared(value.reference, depth);
    const table = tableBytes(this.arrow, value);
    if (table === undefined) return this.#instance(value, depth);
    this.#extension("arrow", 1);
    this.#content(table);
  }

  /** An object of a class: what its toJSON() says, else its own properties. */
  #instance(value: object, depth: number): void {
    const toJSON = (value as { toJSON?: unknown }).toJSON;
    if (typeof toJSON === "function") return this.#value(toJSON.call(value), depth);
    if (this.#keeper !== undefined && isIterable(value)) return this.#iterable(value, this.#keeper);
    const reason = reasonAgainst(value);
    if (reason !== undefined) throw new Unsendable(reason);
    if (value instanceof NdArray) return this.#numbers(value, depth);
    if (
      value instanceof Number ||
      value instanceof String ||
      value instanceof Boolean ||
      value instanceof BigInt
    ) {
      return this.#value(value.valueOf(), depth);
    }
    this.#dict(value as Record<string, unknown>, depth);
  }

  #iterable(value: object, keeper: IterableKeeper): void {
    this.#extension("iterable", 1);
    this.#number(keeper.keep?.(value) ?? 0);
  }

  #dict(value: Readonly<Record<string, unknown>>, depth: number): void {
    const keys = Object.keys(value);
    // An object literal that is nothing but iterable; looked for in no other, which costs time.
    if (keys.length === 0 && this.#keeper !== undefined && isIterable(value))
      return this.#iterable(value, this.#keeper);
    this.#byte(DICT);
    for (const key of keys) {
      const item = value[key];
      if (item === undefined) continue;
      if (typeof item === "function" && SPECIAL_METHODS.has(key))
        throw new Unsendable(`an object with a method ${key} cannot be sent to Python`);
      this.#text(key);
      this.#value(item, depth);
    }
    this.#byte(END_OF_DICT);
  }

  #tuple(items: readonly unknown[], depth: number): void {
    if (items.length < 256) this.#byte(SMALL_TUPLE, items.length);
    else this.#sized(TUPLE, items.length);
    for (let i = 0; i < items.length; i++) this.#value(items[i], depth);
  }

  /** Keys of a dict and members of a set: an array becomes a tuple and a Set a frozenset, which Python can hash. */
  #hashable(value: unknown, depth: number): void {
    if (typeof value !== "object" || value === null) return this.#value(value, depth);
    if (depth > MAX_DEPTH) throw new Unsendable(`nested deeper than ${MAX_DEPTH} levels`);
    const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
    if (items !== undefined) this.#sized(TUPLE, items.length);
    else if (value instanceof Set) this.#sized(FROZENSET, value.size);
    else {
      const reason = reasonAgainstKey(value);
      if (reason !== undefined) throw new Unsendable(reason);
      if (value instanceof Constructed) return this.#constructed(value, depth, true);
      return this.#value(value, depth);
    }
    for (const item of items ?? (value as Set<unknown>)) this.#hashable(item, depth + 1);
  }

  #complex(value: Complex): void {
    this.#reserve(17);
    this.#buffer[this.#position] = BINARY_COMPLEX;
    this.#view.setFloat64(this.#position + 1, value.real, true);
    this.#view.setFloat64(this.#position + 9, value.imag, true);
    this.#position += 17;
  }

  #extension(tag: string, fields: number): void {
    this.#extensions = true;
    this.#byte(SMALL_TUPLE, 2 + fields);
    this.#byte(ELLIPSIS);
    this.#text(tag);
  }

  #function(value: object): void {
    const form = this.#formOf?.(value);
    if (form === undefined) return;
    this.#extension(form[0], 1);
    this.#number(form[1]);
  }

  #date(value: Date): void {
    const reason = reasonAgainst(value);
    if (reason !== undefined) throw new Unsendable(reason);
    this.#extension("datetime", 1);
    this.#number(value.getTime());
  }

  #constructed({ type, value, isKeywords }: Constructed, depth: number, isKey: boolean): void {
    this.#extension("new", 3);
    this.#text(type);
    // As a key it must have a hash already before it is made into what it says.
    if (isKey) this.#hashable(value, depth);
    else this.#value(value, depth);
    this.#byte(isKeywords ? TRUE : FALSE);
  }

  #binary(value: ArrayBufferView | ArrayBufferLike): void {
    const bytes = bytesOf(value);
    const kind = ArrayBuffer.isView(value) ? kindOf(value) : undefined;
    if (kind !== undefined) {
      this.#extension("array", 2);
      this.#text(kind);
      return this.#content(bytes);
    }
    if (bytes.byteLength < ATTACH_FROM_BYTES) return this.#bytes(bytes);
    this.#extension("bytes", 1);
    this.#content(bytes);
  }

  #numbers({ data, shape }: NdArray, depth: number): void {
    this.#extension("array", 3);
    this.#text(kindOf(data) ?? "u1");
    this.#content(bytesOf(data));
    this.#tuple(shape, depth);
  }

  #shared(reference: SharedReference | undefined, depth: number): void {
    if (reference === undefined) throw new Unsendable(FREED);
    const { number, kind, shape, byteLength, isWritable, place } = reference;
    this.#extension("shared", 6);
    this.#number(number);
    this.#text(kind);
    if (shape === undefined) this.#byte(NONE);
    else this.#tuple(shape, depth);
    this.#number(byteLength);
    this.#byte(isWritable ? TRUE : FALSE);
    if (place instanceof Uint8Array) this.#content(place);
    else this.#tuple([place.path, place.inode], depth);
  }

  /** The bytes themselves, or where they stand among the attachments: (offset, size). */
  #content(bytes: Uint8Array): void {
    if (bytes.byteLength < ATTACH_FROM_BYTES) return this.#bytes(bytes);
    this.#byte(SMALL_TUPLE, 2);
    this.#number(this.#attachmentsSize);
    this.#number(bytes.byteLength);
    this.#attachments.push(bytes);
    this.#attachmentsSize += aligned(bytes.byteLength);
  }

  #bytes(bytes: Uint8Array): void {
    this.#sized(BYTES, bytes.byteLength);
    this.#reserve(bytes.byteLength);
    this.#buffer.set(bytes, this.#position);
    this.#position += bytes.byteLength;
  }
}

function bytesOf(value: ArrayBufferView | ArrayBufferLike): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}

function tooLarge(size: number, limit: number): string {
  return `${size} bytes are over maxMessageBytes = ${limit}`;
}
