/** Requests to the part of a worker that always answers, and the events it sends. */
import type { Socket } from "node:net";
import { NogilError, ProtocolError } from "../errors.js";
import {
  ControlKind,
  Decoder,
  type DecoderOptions,
  Encoder,
  FrameReader,
  type HostAnswer,
  RequestKind,
} from "../wire/index.js";

const MAX_CONTROL_BYTES = 1 << 24;

/** What a worker says of its own accord. */
export interface ControlListener {
  event(event: unknown): void;
  /** A thread that serves no channel calls a host function; see HostListener. */
  hostCalled(number: number, request: unknown): void;
  hostCancelled(number: number): void;
}

export class ControlChannel {
  readonly #socket: Socket;
  readonly #encoder = new Encoder();
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #lastId = 0;
  #isEnded = false;

  constructor(
    socket: Socket,
    decoding: DecoderOptions,
    listener: ControlListener,
    onBroken: (error: ProtocolError) => void,
  ) {
    this.#socket = socket;
    const decoder = new Decoder();
    const requestDecoder = new Decoder(decoding);
    const reader = new FrameReader(MAX_CONTROL_BYTES, (id, kind, flags, bytes, start, end) => {
      if (kind === ControlKind.HOST_CALL)
        return listener.hostCalled(id, read(requestDecoder, bytes, start, end, flags));
      if (kind === ControlKind.HOST_CANCEL) return listener.hostCancelled(id);
      const value = decoder.decode(bytes, start, end, flags);
      if (kind === ControlKind.EVENT) return listener.event(value);
      const resolve = this.#waiting.get(id);
      this.#waiting.delete(id);
      resolve?.(value);
    });
    socket.on("data", (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        socket.destroy();
        onBroken(error);
      }
    });
    socket.on("error", () => {});
  }

  /** Sends a request and resolves to its answer; `undefined` when the worker ends before it answers. */
  request(kind: number, value: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    if (this.#isEnded) return Promise.resolve(undefined);
    const answer = new Promise<unknown>((resolve) => this.#waiting.set(id, resolve));
    this.send(kind, value, id);
    return answer;
  }

  /** Answers the call of a host function. Throws NotSendable when the value cannot travel. */
  answer(number: number, what: HostAnswer, value: unknown): void {
    this.send(RequestKind.HOST_REPLY, [number, what, value]);
  }

  /** Sends without waiting for an answer. */
  send(kind: number, value: unknown, id = 0): void {
    if (this.#socket.destroyed) return;
    this.#encoder.frame(id, kind, value, MAX_CONTROL_BYTES);
    for (const chunk of this.#encoder.take()) this.#socket.write(chunk);
    this.#encoder.release(this.#socket.writableLength === 0);
  }

  /** The worker is gone: nobody will answer any more. */
  end(): void {
    this.#isEnded = true;
    for (const resolve of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
  }
}

/** The request of a host call; what cannot be read is the failure of that call alone. */
function read(decoder: Decoder, bytes: Buffer, start: number, end: number, flags: number): unknown {
  try {
    return decoder.decode(bytes, start, end, flags);
  } catch (error) {
    if (error instanceof NogilError) return error;
    throw error;
  }
}
