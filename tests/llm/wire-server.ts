/** A server on loopback that speaks one provider's protocol and behaves as a test says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Reply, Seen, Wire } from "./wires/wire.js";

/** How one request is treated. */
export interface Behaviour {
  readonly reply?: Reply;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of a reply: sent as it is. */
  readonly body?: unknown;
  /** Milliseconds before the head. */
  readonly delay?: number;
  /** Milliseconds between chunks of a stream. */
  readonly pace?: number;
  /** Bytes a chunk of a stream has; default: one frame a chunk. */
  readonly chunkBytes?: number;
  /** Comments between the frames. */
  readonly keepAlive?: boolean;
  /** Lines end with CR LF. */
  readonly crlf?: boolean;
  /** The socket is closed: before the head, or after so many frames, or in the middle of a plain body. */
  readonly cut?: "before-head" | "in-body" | number;
  /** The stream ends in good order after so many frames: no end mark, no broken socket. */
  readonly endAfter?: number;
  /** After so many frames of the reply this one comes and the stream ends. */
  readonly insert?: { readonly after: number; readonly frame: string };
  /** Never answers. */
  readonly silent?: boolean;
  /** The stream stops after so many frames, the socket stays open. */
  readonly stallAfter?: number;
}

export type Behave = (seen: Seen, count: number) => Behaviour | Promise<Behaviour>;

export class WireServer {
  readonly seen: Seen[] = [];
  /** `performance.now()` of every request. */
  readonly times: number[] = [];
  readonly closedSockets: number[] = [];
  behave: Behave;
  readonly #wire: Wire;
  readonly #prefix: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(wire: Wire, prefix: string, behave: Behave) {
    this.#wire = wire;
    this.#prefix = prefix;
    this.behave = behave;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.statusCode = 400;
        response.setHeader("content-type", "application/json");
        response.end(
          JSON.stringify({ error: { message: `test server: ${String(error)}` }, message: String(error) }),
        );
      });
    });
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        this.closedSockets.push(performance.now());
      });
    });
  }

  static async start(
    wire: Wire,
    behave: Behave = () => ({ reply: { text: "ok" } }),
    prefix = "",
  ): Promise<WireServer> {
    const server = new WireServer(wire, prefix, behave);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#prefix}`;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Closes idle sockets as a load balancer does. */
  dropSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.dropSockets();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? "").slice(this.#prefix.length);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    const seen = this.#wire.read(path, request.headers, body);
    this.times.push(performance.now());
    const count = this.seen.push(seen);
    const behaviour = await this.behave(seen, count);
    if (behaviour.silent) return;
    if (behaviour.delay !== undefined) await pause(behaviour.delay);
    if (behaviour.cut === "before-head") {
      request.socket.destroy();
      return;
    }
    response.setHeader("x-request-id", `req-${count}`);
    for (const [name, value] of Object.entries(behaviour.headers ?? {})) response.setHeader(name, value);
    response.statusCode = behaviour.status ?? 200;
    if (seen.stream && behaviour.reply !== undefined && response.statusCode === 200) {
      await this.#stream(behaviour, seen, request, response);
      return;
    }
    const content = behaviour.reply === undefined ? behaviour.body : this.#wire.plain(behaviour.reply, seen);
    const text = typeof content === "string" ? content : JSON.stringify(content);
    if (!response.hasHeader("content-type")) response.setHeader("content-type", "application/json");
    if (behaviour.cut === "in-body") {
      response.setHeader("content-length", Buffer.byteLength(text));
      response.write(text.slice(0, text.length / 2));
      setTimeout(() => request.socket.destroy(), 5);
      return;
    }
    response.end(text);
  }

  async #stream(
    behaviour: Behaviour,
    seen: Seen,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    response.setHeader("content-type", "text/event-stream; charset=utf-8");
    let frames = this.#wire.frames(behaviour.reply as Reply, seen);
    if (behaviour.insert !== undefined) {
      frames = [...frames.slice(0, behaviour.insert.after), behaviour.insert.frame];
    }
    if (behaviour.endAfter !== undefined) frames = frames.slice(0, behaviour.endAfter);
    if (behaviour.stallAfter !== undefined) frames = frames.slice(0, behaviour.stallAfter);
    const isCut = typeof behaviour.cut === "number";
    if (isCut) frames = frames.slice(0, behaviour.cut as number);
    if (behaviour.keepAlive) frames = frames.flatMap((frame) => [": keep-alive\n\n", frame]);
    if (behaviour.crlf) frames = frames.map((frame) => frame.replaceAll("\n", "\r\n"));
    const bytes = behaviour.chunkBytes;
    const chunks =
      bytes === undefined
        ? frames.map((frame) => Buffer.from(frame))
        : sliced(Buffer.from(frames.join("")), bytes);
    for (const chunk of chunks) {
      if (response.destroyed) return;
      response.write(chunk);
      // Without a turn of the loop the kernel joins chunks and nothing is tested.
      await (behaviour.pace === undefined ? new Promise(setImmediate) : pause(behaviour.pace));
    }
    if (behaviour.stallAfter !== undefined) return;
    if (isCut) request.socket.destroy();
    else response.end();
  }
}

function sliced(buffer: Buffer, size: number): Buffer[] {
  const out: Buffer[] = [];
  for (let from = 0; from < buffer.length; from += size) out.push(buffer.subarray(from, from + size));
  return out;
}

export function pause(delay: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delay));
}
