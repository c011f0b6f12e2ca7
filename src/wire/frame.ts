/**
 * Frames, as both sides of a channel see them (docs/protocol.md; the Python side is python/nogil/_wire.py).
 *
 *   u32 body length, u32 task id, u8 kind, body          little-endian
 *
 * A reply to a task starts its body with three f64: start, end (seconds of the monotonic clock), CPU seconds (NaN:
 * not measured). A body with attachments holds u32 size, u32 zero, the marshalled value, padding, and the
 * attachments, each at a multiple of eight bytes. Where they are in a region, u32 size of the value, u32 size of the
 * attachments, the value.
 */
import { ProtocolError } from "../errors.js";

export const PROTOCOL_VERSION = 1;

export const HEADER_SIZE = 9;
export const TIMES_SIZE = 24;
/** The number of a call of the host, before its value. */
export const NUMBER_SIZE = 8;
export const ATTACHMENT_ALIGNMENT = 8;

/** Bits of `kind` that say what the body holds. */
export const NEW_REGIONS = 0x10;
export const IN_REGION = 0x20;
export const HAS_EXTENSIONS = 0x40;
export const HAS_ATTACHMENTS = 0x80;
const KIND_MASK = 0x0f;

/** Host to worker, task channel. */
export const CallKind = {
  CALL: 0,
  HOST_ANSWER: 1,
  NESTED_CALL: 2,
  STREAM_CALL: 12,
  NESTED_STREAM_CALL: 13,
} as const;

/** Worker to host, task channel. */
export const ReplyKind = {
  RESULT: 0,
  ERROR: 1,
  RECALLED: 2,
  PROGRESS: 3,
  HOST_CALL: 4,
  HOST_CANCEL: 5,
  MOVED: 12,
  ITEMS: 13,
} as const;

/** What the host says to a call of one of its functions. */
export const HostAnswer = { VALUE: 0, FAILED: 1, STREAM: 2, CANCELLED: 3 } as const;
export type HostAnswer = (typeof HostAnswer)[keyof typeof HostAnswer];

/** Host to worker, control channel. */
export const RequestKind = {
  INIT: 1,
  PING: 2,
  RECALL: 3,
  CANCEL: 4,
  INTERRUPT: 5,
  STACKS: 6,
  SHUTDOWN: 7,
  SAFETY: 8,
  SENSE: 9,
  GROW: 10,
  HOT: 11,
  HOST_REPLY: 12,
  FLUSH: 13,
  LOOP: 14,
  SHARED: 15,
} as const;

/** Worker to host, control channel. */
export const ControlKind = { ANSWER: 1, EVENT: 2, HOST_CALL: 3, HOST_CANCEL: 4 } as const;

export function aligned(size: number): number {
  return Math.ceil(size / ATTACHMENT_ALIGNMENT) * ATTACHMENT_ALIGNMENT;
}

/** Receives a whole frame. `bytes[start, end)` is its body; it may be reused after the call returns. */
export type FrameHandler = (
  task: number,
  kind: number,
  flags: number,
  bytes: Buffer,
  start: number,
  end: number,
) => void;

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Cuts a byte stream into frames. Small frames are handed over in place; one that spans chunks is gathered in a
 * buffer of exactly its size, allocated only after its length was found to be within the limit.
 */
export class FrameReader {
  readonly #onFrame: FrameHandler;
  readonly #maxBytes: number;
  /** The part of a frame received so far, when a chunk ended inside it. */
  #partial = NOTHING;
  #received = 0;

  constructor(maxBytes: number, onFrame: FrameHandler) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /** True between frames: a stream that ends now lost nothing. */
  get isIdle(): boolean {
    return this.#received === 0;
  }

  /** Takes the next chunk. Throws ProtocolError when a length is over the limit. */
  push(chunk: Buffer): void {
    let position = 0;
    while (this.#received > 0 && position < chunk.length) position = this.#continue(chunk, position);
    while (chunk.length - position >= HEADER_SIZE) {
      const end = position + HEADER_SIZE + this.#bodyLength(chunk, position);
      if (end > chunk.length) break;
      this.#deliver(chunk, position, end);
      position = end;
    }
    if (position < chunk.length) this.#begin(chunk, position);
  }

  #begin(chunk: Buffer, position: number): void {
    const here = chunk.length - position;
    const size = here >= HEADER_SIZE ? HEADER_SIZE + this.#bodyLength(chunk, position) : HEADER_SIZE;
    // A buffer of its own, eight-byte aligned from the body's attachments on: arrays may be views of it.
    this.#partial = allocateFrame(size);
    this.#received = chunk.copy(this.#partial, 0, position);
  }

  /** Adds to the partial frame; returns where the next one starts in the chunk. */
  #continue(chunk: Buffer, position: number): number {
    const taken = chunk.copy(this.#partial, this.#received, position);
    this.#received += taken;
    if (this.#received < this.#partial.length) return position + taken;
    const frame = this.#partial;
    const size = HEADER_SIZE + this.#bodyLength(frame, 0);
    if (size > frame.length) {
      this.#partial = allocateFrame(size);
      frame.copy(this.#partial);
    } else {
      this.#partial = NOTHING;
      this.#received = 0;
      this.#deliver(frame, 0, size);
    }
    return position + taken;
  }

  #bodyLength(bytes: Buffer, position: number): number {
    const length = bytes.readUInt32LE(position);
    if (length > this.#maxBytes) {
      throw new ProtocolError(
        `a frame of ${length} bytes is over the limit of ${this.#maxBytes} (maxMessageBytes)`,
      );
    }
    return length;
  }

  #deliver(bytes: Buffer, start: number, end: number): void {
    const kind = bytes[start + 8] as number;
    const task = bytes.readUInt32LE(start + 4);
    this.#onFrame(task, kind & KIND_MASK, kind & ~KIND_MASK, bytes, start + HEADER_SIZE, end);
  }
}

/** A buffer whose byte 9, the start of a frame's body, lies on an eight-byte boundary of its ArrayBuffer. */
function allocateFrame(size: number): Buffer {
  const shift = ATTACHMENT_ALIGNMENT - (HEADER_SIZE % ATTACHMENT_ALIGNMENT);
  return Buffer.allocUnsafeSlow(size + shift).subarray(shift);
}
