import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { connect as tlsConnect } from "node:tls";
import { assertReachable, proxyFor } from "./reachable.js";
import { SILENCE_MS, SourceUnavailable } from "./source.js";

/** How a file is fetched. */
export interface DownloadOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds until the server must have answered. */
  readonly reachMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onFraction: (fraction: number | null) => void;
}

const MAX_REDIRECTS = 5;

/**
 * Fetches a file whose SHA-256 is known. An interrupted download is continued; the file has its name only when its
 * checksum is right.
 *
 * @throws {@link SourceUnavailable} when the server is out of reach or the content is not the expected one
 */
export async function download(
  address: string,
  path: string,
  sha256: string,
  options: DownloadOptions,
): Promise<void> {
  if ((await sha256Of(path)) === sha256) return;
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.part`;
  await assertReachable(address, options.env, options.reachMs, options.signal);
  const have = await stat(partial).then(
    ({ size }) => size,
    () => 0,
  );
  const response = await open(new URL(address), have, options);
  const resumed = response.statusCode === 206 && have > 0;
  const length = Number(response.headers["content-length"]);
  const total = Number.isFinite(length) ? length + (resumed ? have : 0) : null;
  let done = resumed ? have : 0;
  response.on("data", (piece: Buffer) => {
    done += piece.length;
    options.onFraction(total === null ? null : Math.min(1, done / total));
  });
  try {
    await pipeline(response, createWriteStream(partial, { flags: resumed ? "a" : "w" }), {
      signal: options.signal,
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new SourceUnavailable(`the download of ${address} broke off (${(error as Error).message})`);
  }
  const got = await sha256Of(partial);
  if (got !== sha256) {
    await rm(partial, { force: true });
    throw new SourceUnavailable(`${address} has the wrong checksum (SHA-256 ${got}, expected ${sha256})`);
  }
  await rename(partial, path);
}

/** SHA-256 of a file in hexadecimal, undefined when it is not there. */
export async function sha256Of(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest("hex");
  } catch {
    return undefined;
  }
}

async function open(
  url: URL,
  from: number,
  options: DownloadOptions,
  redirects = 0,
): Promise<IncomingMessage> {
  const response = await answer(await send(url, from, options), url, options);
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    response.resume();
    if (redirects === MAX_REDIRECTS) throw new SourceUnavailable(`${url.host} redirects without end`);
    return open(new URL(headers.location, url), from, options, redirects + 1);
  }
  if (statusCode === 416) {
    // The partial file is longer than the file itself: begin again.
    response.resume();
    return open(url, 0, options, redirects + 1);
  }
  if (statusCode !== 200 && statusCode !== 206) {
    response.resume();
    throw new SourceUnavailable(`${url.href} answers ${statusCode} ${response.statusMessage ?? ""}`.trim());
  }
  return response;
}

function answer(request: ClientRequest, url: URL, options: DownloadOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () =>
        request.destroy(
          new SourceUnavailable(`${url.host} does not answer within ${options.reachMs / 1000} s`),
        ),
      options.reachMs,
    );
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error(`${url.host} fell silent`)));
    request.once("response", (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    request.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (options.signal?.aborted) return reject(options.signal.reason);
      const known = error instanceof SourceUnavailable;
      reject(
        known ? error : new SourceUnavailable(`${url.host} is out of reach (${error.code ?? error.message})`),
      );
    });
    request.end();
  });
}

/** A request on its way, through the proxy of the environment if there is one. */
async function send(url: URL, from: number, options: DownloadOptions): Promise<ClientRequest> {
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  const { signal } = options;
  const proxy = proxyFor(url, options.env);
  if (proxy === undefined) {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    return send(url, { headers, ...(signal ? { signal } : {}) });
  }
  const login =
    proxy.username === ""
      ? {}
      : {
          "proxy-authorization": `Basic ${Buffer.from(
            `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`,
          ).toString("base64")}`,
        };
  const host = proxy.hostname;
  const port = proxy.port || 80;
  if (url.protocol === "http:") {
    return httpRequest({ host, port, path: url.href, headers: { ...headers, ...login, host: url.host } });
  }
  const socket = await tunnel(
    httpRequest({
      host,
      port,
      method: "CONNECT",
      path: `${url.hostname}:${url.port || 443}`,
      headers: login,
      timeout: options.reachMs,
    }),
  );
  const secure = tlsConnect({ socket, servername: url.hostname });
  return httpsRequest(url, { headers, createConnection: () => secure, ...(signal ? { signal } : {}) });
}

function tunnel(request: ClientRequest): Promise<import("node:net").Socket> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      request.destroy();
      reject(new SourceUnavailable(`the proxy ${reason}`));
    };
    request.once("connect", (response, socket) =>
      response.statusCode === 200 ? resolve(socket) : fail(`answers ${response.statusCode}`),
    );
    request.once("timeout", () => fail("does not answer"));
    request.once("error", (error) => fail(`is out of reach (${error.message})`));
    request.end();
  });
}
