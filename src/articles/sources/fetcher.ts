/**
 * Requests to the web: few at a time to one server, never more than a source may be large, redirects counted,
 * unchanged answers not sent again (ETag, Last-Modified).
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fetch, type RequestInit } from "undici";
import { SourceFailed } from "../errors.js";

const MAX_BYTES = 10_000_000;
const MAX_REDIRECTS = 5;
const TIMEOUT_MS = 20_000;
/** Longer than a server asks to wait, nobody waits in a run (milliseconds). */
const LONGEST_WAIT_MS = 30_000;
const AGENT = "nogil-articles/0.1";

export interface FetcherOptions {
  /** Folder of earlier answers. */
  readonly cache: string;
  readonly requestsPerSecond: number;
  readonly isOffline: boolean;
}

interface CachedAnswer {
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly body: string;
}

export class Fetcher {
  readonly #options: FetcherOptions;
  /** When the next request to a server may start. */
  readonly #next = new Map<string, number>();

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  get isOffline(): boolean {
    return this.#options.isOffline;
  }

  /**
   * The text behind an address.
   *
   * @throws SourceFailed
   */
  async text(address: string, signal: AbortSignal): Promise<string> {
    const file = join(
      this.#options.cache,
      `${createHash("sha256").update(address).digest("hex").slice(0, 32)}.json`,
    );
    const cached = readCached(file);
    const response = await this.#request(address, signal, {
      headers: {
        "user-agent": AGENT,
        accept: "application/rss+xml, application/atom+xml, application/json, text/xml, */*;q=0.5",
        ...(cached?.etag ? { "if-none-match": cached.etag } : {}),
        ...(cached?.lastModified ? { "if-modified-since": cached.lastModified } : {}),
      },
    });
    if (response.status === 304 && cached !== undefined) {
      await response.body?.cancel();
      return cached.body;
    }
    if (!response.ok) {
      await response.body?.cancel();
      const isPassing = response.status === 429 || response.status >= 500;
      throw new SourceFailed(address, `the server answered ${response.status}`, isPassing);
    }
    const body = await limitedText(address, response);
    const etag = response.headers.get("etag");
    const lastModified = response.headers.get("last-modified");
    if (etag !== null || lastModified !== null) writeCached(file, { etag, lastModified, body });
    return body;
  }

  /** Whether an address answers: the status, or the reason why there is none. */
  async status(address: string, signal: AbortSignal): Promise<number | string> {
    try {
      const init = { headers: { "user-agent": AGENT } };
      let response = await this.#request(address, signal, { ...init, method: "HEAD" });
      await response.body?.cancel();
      // Some servers do not like the question, only the request.
      if (response.status === 403 || response.status === 405 || response.status === 501) {
        response = await this.#request(address, signal, init);
        await response.body?.cancel();
      }
      return response.status;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #request(address: string, signal: AbortSignal, init: RequestInit): Promise<Response> {
    if (this.#options.isOffline) throw new SourceFailed(address, "not asked: the run is offline");
    let current = address;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      await this.#turn(new URL(current).host, signal);
      const response = await this.#send(address, current, signal, init);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || response.status === 304 || location === null) {
        return response;
      }
      await response.body?.cancel();
      if (!URL.canParse(location, current)) {
        throw new SourceFailed(
          address,
          `redirects to something that is no address: ${location.slice(0, 80)}`,
        );
      }
      const next = new URL(location, current);
      if (next.protocol !== "http:" && next.protocol !== "https:") {
        throw new SourceFailed(address, `redirects to ${next.protocol} which is not the web`);
      }
      current = next.href;
    }
    throw new SourceFailed(address, `redirects more than ${MAX_REDIRECTS} times`);
  }

  async #send(address: string, current: string, signal: AbortSignal, init: RequestInit): Promise<Response> {
    const timeout = new AbortController();
    const abort = () => timeout.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(() => timeout.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    try {
      const options: RequestInit = { ...init, redirect: "manual", signal: timeout.signal };
      const response = await fetch(current, options);
      const wait = waitOf(response);
      if (wait > 0) this.#next.set(new URL(current).host, Date.now() + Math.min(wait, LONGEST_WAIT_MS));
      return response;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const cause = (error as Error).cause ?? error;
      const reason =
        cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : String(cause);
      throw new SourceFailed(address, `cannot be reached: ${reason}`, true, { cause: error });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  /** Waits until the server may be asked again. */
  async #turn(host: string, signal: AbortSignal): Promise<void> {
    const now = Date.now();
    const gap = 1_000 / this.#options.requestsPerSecond;
    // A clock that went back must not hold requests for as long as it went.
    const at = Math.min(Math.max(now, this.#next.get(host) ?? 0), now + LONGEST_WAIT_MS);
    this.#next.set(host, at + gap);
    if (at > now) await sleep(at - now, undefined, { signal });
  }
}

type Response = Awaited<ReturnType<typeof fetch>>;

function waitOf(response: Response): number {
  if (response.status !== 429 && response.status !== 503) return 0;
  const seconds = Number(response.headers.get("retry-after"));
  return Number.isFinite(seconds) ? seconds * 1_000 : 0;
}

async function limitedText(address: string, response: Response): Promise<string> {
  const tooLarge = () => new SourceFailed(address, `is larger than ${MAX_BYTES / 1e6} MB`);
  if (Number(response.headers.get("content-length") ?? 0) > MAX_BYTES) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of response.body ?? []) {
      const bytes = part as Uint8Array;
      size += bytes.length;
      if (size > MAX_BYTES) throw tooLarge();
      parts.push(bytes);
    }
  } catch (error) {
    if (error instanceof SourceFailed) throw error;
    throw new SourceFailed(address, "the answer was cut short", true, { cause: error });
  }
  const bytes = Buffer.concat(parts);
  return new TextDecoder(encodingOf(response.headers.get("content-type"), bytes)).decode(bytes);
}

/** What the header says, else what an XML declaration says, else UTF-8. */
function encodingOf(contentType: string | null, bytes: Buffer): string {
  const declared =
    /charset="?([\w-]+)/i.exec(contentType ?? "")?.[1] ??
    /^\s*<\?xml[^>]*encoding=["']([\w-]+)/.exec(bytes.subarray(0, 200).toString("latin1"))?.[1];
  try {
    return new TextDecoder(declared ?? "utf-8").encoding;
  } catch {
    return "utf-8";
  }
}

function readCached(file: string): CachedAnswer | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as CachedAnswer;
  } catch {
    return undefined;
  }
}

function writeCached(file: string, answer: CachedAnswer): void {
  try {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(answer));
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // Without room for the cache the next run asks again: slower, not wrong.
  }
}
