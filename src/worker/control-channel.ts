/** Requests to the part of a worker that always answers, and the events it sends. */
import type { Socket } from "node:net";
import { ProtocolError } from "../errors.js";
import { ControlKind, Decoder, Encoder, FrameReader } from "../wire/index.js";

const MAX_CONTROL_BYTES = 1 << 24;

export class ControlChannel {
  readonly #socket: Socket;
  readonly #encoder = new Encoder();
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #lastId = 0;
  #isEnded = false;

  constructor(socket: Socket, onEvent: (event: unknown) => void, onBroken: (error: ProtocolError) => void) {
    this.#socket = socket;
    const decoder = new Decoder();
    const reader = new FrameReader(MAX_CONTROL_BYTES, (id, kind, flags, bytes, start, end) => {
      const value = decoder.decode(bytes, start, end, flags);
      if (kind === ControlKind.EVENT) return onEvent(value);
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
