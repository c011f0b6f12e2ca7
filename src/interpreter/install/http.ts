import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { SILENCE_MS, SourceUnavailable } from "./source.js";

/**
 * One request with a limit on the time to the answer, through the proxy that the environment names. Node 20's own
 * `fetch` knows neither.
 */

/** How a request is sent. */
export interface RequestOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds until the server must have answered. */
  readonly reachMs: number;
  readonly signal: AbortSignal | undefined;
  /** @default "GET" */
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Makes sure that a server answers, whatever it says.
 *
 * @throws {@link SourceUnavailable} when it does not
 */
export async function assertAnswers(address: string, options: RequestOptions): Promise<void> {
  const response = await sendRequest(new URL(address), { ...options, method: "HEAD" });
  response.destroy();
}

/**
 * Sends a request and returns the beginning of the answer.
 *
 * @throws {@link SourceUnavailable} when there is none in time
 */
export async function sendRequest(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  const { method = "GET", headers = {}, reachMs, signal } = options;
  signal?.throwIfAborted();
  const deadline = Date.now() + reachMs;
  const proxy = proxyFor(url, options.env);
  const request =
    proxy === undefined
      ? (url.protocol === "https:" ? httpsRequest : httpRequest)(url, { method, headers })
      : await requestThrough(proxy, url, method, headers, reachMs);
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    const onAbort = () => request.destroy();
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(
      () => request.destroy(new SourceUnavailable(`${url.host} does not answer within ${reachMs / 1000} s`)),
      Math.max(0, deadline - Date.now()),
    );
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error(`${url.host} fell silent`)));
    request.once("response", (response) => {
      end();
      resolve(response);
    });
    request.once("error", (error: NodeJS.ErrnoException) => {
      end();
      if (signal?.aborted) reject(signal.reason);
      else if (error instanceof SourceUnavailable) reject(error);
      else reject(new SourceUnavailable(`${url.host} is out of reach (${error.code ?? error.message})`));
    });
    request.end();
  });
}

/** The proxy that programs use for this address, undefined without one (`no_proxy` honoured). */
function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  const proxy = env[name] || env[name.toUpperCase()] || env.all_proxy || env.ALL_PROXY;
  if (proxy === undefined || proxy === "" || isExcepted(url.hostname, env.no_proxy ?? env.NO_PROXY)) {
    return undefined;
  }
  try {
    return new URL(proxy.includes("://") ? proxy : `http://${proxy}`);
  } catch {
    return undefined;
  }
}

function isExcepted(host: string, list: string | undefined): boolean {
  return (list ?? "")
    .split(",")
    .map((entry) => entry.trim().replace(/^\*?\./, ""))
    .some((entry) => entry === "*" || (entry !== "" && (host === entry || host.endsWith(`.${entry}`))));
}

async function requestThrough(
  proxy: URL,
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  reachMs: number,
): Promise<ClientRequest> {
  const via = { host: proxy.hostname, port: proxy.port || 80 };
  const login = credentials(proxy);
  if (url.protocol === "http:") {
    return httpRequest({ ...via, method, path: url.href, headers: { ...headers, ...login, host: url.host } });
  }
  const path = `${url.hostname}:${url.port || 443}`;
  const socket = await tunnel(
    httpRequest({ ...via, method: "CONNECT", path, headers: { ...login, host: path }, timeout: reachMs }),
    proxy.host,
  );
  const secure = tlsConnect({ socket, servername: url.hostname });
  return httpsRequest(url, { method, headers, createConnection: () => secure });
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(plain).toString("base64")}` };
}

/** The connection that a proxy opens to the server. */
function tunnel(request: ClientRequest, proxy: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      request.destroy();
      reject(new SourceUnavailable(`the proxy ${proxy} ${reason}`));
    };
    request.once("connect", (response, socket: Socket) =>
      response.statusCode === 200 ? resolve(socket) : fail(`answers ${response.statusCode}`),
    );
    request.once("timeout", () => fail("does not answer"));
    request.once("error", (error: NodeJS.ErrnoException) =>
      fail(`is out of reach (${error.code ?? error.message})`),
    );
    request.end();
  });
}
