/**
 * Connections to providers: one set an origin, shared by all clients of the process. Each connection is an
 * undici client that carries one request at a time; the one that became free last is used first, so the
 * others get old and close. (undici's own pool searches all connections for a free one on every request,
 * which with hundreds of them costs more than the rest of the request.)
 */
import { Client, type Dispatcher } from "undici";

// Long enough to be met by the next call, shorter than what load balancers in front of providers allow.
const KEEP_ALIVE_MS = 15_000;
/** Free connections that are kept; more are closed at once. */
const MOST_FREE = 1_024;

/** Where an exchange gets its connection from. */
export interface Connections {
  /** A connection nobody uses; it must be given back. */
  take(): Dispatcher;
  giveBack(connection: Dispatcher): void;
  /** Instead of giving it back: its request was aborted. */
  discard(connection: Dispatcher): void;
}

class OriginConnections implements Connections {
  readonly #free: Client[] = [];
  readonly #origin: string;
  readonly #connectTimeout: number;

  constructor(origin: string, connectTimeout: number) {
    this.#origin = origin;
    this.#connectTimeout = connectTimeout;
  }

  take(): Dispatcher {
    return (
      this.#free.pop() ??
      new Client(this.#origin, {
        connect: { timeout: this.#connectTimeout },
        keepAliveTimeout: KEEP_ALIVE_MS,
        pipelining: 1,
      })
    );
  }

  giveBack(connection: Dispatcher): void {
    if (this.#free.length < MOST_FREE) this.#free.push(connection as Client);
    else connection.close().catch(() => {});
  }

  /** undici would connect anew for the aborted request, only to find then that nobody wants it. */
  discard(connection: Dispatcher): void {
    connection.destroy().catch(() => {});
  }
}

const origins = new Map<string, OriginConnections>();

/**
 * The connections to an origin. Idle ones do not keep the process alive.
 * @param connectTimeout milliseconds.
 */
export function connectionsTo(origin: string, connectTimeout: number): Connections {
  const name = `${connectTimeout} ${origin}`;
  let connections = origins.get(name);
  if (connections === undefined) {
    connections = new OriginConnections(origin, connectTimeout);
    origins.set(name, connections);
  }
  return connections;
}

/** A dispatcher of the user's (a proxy) for all requests. */
export function connectionsThrough(dispatcher: Dispatcher): Connections {
  return { take: () => dispatcher, giveBack: () => {}, discard: () => {} };
}
