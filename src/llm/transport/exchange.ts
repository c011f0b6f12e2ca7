/**
 * One HTTP request and its answer on undici's dispatch interface: no stream objects in between, events go
 * from the socket's buffer to the reader in one call. An abort destroys the socket at once.
 */
import type { Dispatcher } from "undici";
import type { Connections } from "./connections.js";
import { EventParser } from "./sse.js";

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** An answer whose body was read (as text), or whose events went to `onEvent` (body ""). */
export interface ExchangeResult {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: string;
  readonly streamed: boolean;
}

export interface ExchangeOptions {
  readonly origin: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** Milliseconds the body may stand still. */
  readonly idleTimeout: number;
  /** Given: an event stream with a 2xx status is read event by event. */
  readonly onEvent?: ((event: string, data: string) => void) | undefined;
  /** The request is being written. */
  readonly onSent: () => void;
  readonly onHead: (status: number, headers: ResponseHeaders) => void;
}

/** The body went over {@link LARGEST_BODY}. */
export class BodyTooLarge extends Error {}

/** The reader of events could not go on; `cause` is what it threw. */
export class ReaderFailed extends Error {}

/** Bytes a whole answer may have: a million tokens are about 4 MB, images and embeddings more. */
const LARGEST_BODY = 256 * 1024 * 1024;
/** Bytes an error's body may have: it is only read for its message. */
const LARGEST_ERROR_BODY = 256 * 1024;
/** Characters one event may have. */
const LARGEST_EVENT = 64 * 1024 * 1024;

/** A request on its way; stop it, or hold its events back. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly done: Promise<ExchangeResult>;
  readonly #options: ExchangeOptions;
  readonly #connections: Connections;
  #connection: Dispatcher | undefined;
  #resolve!: (result: ExchangeResult) => void;
  #reject!: (error: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted: Error | undefined;
  #status = 0;
  #headers: ResponseHeaders = {};
  #events: EventParser | undefined;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(connections: Connections, options: ExchangeOptions) {
    this.#options = options;
    this.#connections = connections;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#connection = connections.take();
    this.#connection.dispatch(
      {
        origin: options.origin,
        path: options.path,
        method: "POST",
        headers: options.headers,
        body: options.body,
        bodyTimeout: options.idleTimeout,
        // The whole call has a deadline; how long a model thinks before its first byte is not known.
        headersTimeout: 0,
      },
      this,
    );
  }

  /** Ends the request with this error and closes its socket. */
  abort(error: Error): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = error;
    // Not connected yet: the caller must not wait for a connection that nobody needs.
    this.#reject(error);
    if (this.#controller === undefined) this.#discard();
    else this.#controller.abort(error);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted !== undefined) controller.abort(this.#aborted);
    else this.#options.onSent();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#options.onHead(status, headers);
    const { onEvent } = this.#options;
    const type = headers["content-type"];
    if (onEvent !== undefined && status < 300 && typeof type === "string" && type.includes("event-stream")) {
      this.#events = new EventParser(onEvent);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#aborted !== undefined) return;
    if (this.#events === undefined) {
      this.#size += chunk.length;
      if (this.#size > (this.#status < 300 ? LARGEST_BODY : LARGEST_ERROR_BODY)) {
        // What an error says stands at its start.
        if (this.#status >= 300) this.#finish();
        controller.abort(new BodyTooLarge(`the body is over ${this.#size - chunk.length} bytes`));
        return;
      }
      this.#chunks.push(chunk);
      return;
    }
    try {
      this.#events.push(chunk);
      if (this.#events.pending > LARGEST_EVENT) throw new BodyTooLarge("one event is over 64 MB");
    } catch (error) {
      this.#aborted = new ReaderFailed("the events cannot be read", { cause: error });
      this.#reject(this.#aborted);
      controller.abort(this.#aborted);
    }
  }

  onResponseEnd(): void {
    this.#giveBack();
    if (this.#aborted !== undefined) return;
    try {
      this.#events?.end();
    } catch (error) {
      this.#reject(new ReaderFailed("the last event cannot be read", { cause: error }));
      return;
    }
    this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#aborted === undefined && !(error instanceof BodyTooLarge)) this.#giveBack();
    else this.#discard();
    this.#reject(error);
  }

  #giveBack(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#connections.giveBack(connection);
  }

  #discard(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#connections.discard(connection);
  }

  #finish(): void {
    const chunks = this.#chunks;
    const only = chunks.length === 1 ? chunks[0] : undefined;
    this.#resolve({
      status: this.#status,
      headers: this.#headers,
      body: (only ?? Buffer.concat(chunks)).toString("utf8"),
      streamed: this.#events !== undefined,
    });
  }
}
