import { connect } from "node:net";
import { SourceUnavailable } from "./source.js";

/** The proxy that programs use for this address, undefined without one (`no_proxy` honoured). */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  const proxy = env[name] || env[name.toUpperCase()] || env.all_proxy || env.ALL_PROXY;
  if (proxy === undefined || proxy === "" || isExcepted(url.hostname, env.no_proxy ?? env.NO_PROXY))
    return undefined;
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

/**
 * Makes sure that a connection to the address, or to the proxy in front of it, comes about.
 *
 * @throws {@link SourceUnavailable} when it does not within `limitMs`
 */
export function assertReachable(
  address: string,
  env: NodeJS.ProcessEnv,
  limitMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const url = new URL(address);
  const target = proxyFor(url, env) ?? url;
  const port = target.port !== "" ? Number(target.port) : target.protocol === "https:" ? 443 : 80;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: target.hostname.replace(/^\[|\]$/g, ""), port, signal });
    const end = (error?: Error) => {
      clearTimeout(timer);
      socket.destroy();
      if (signal?.aborted) reject(signal.reason);
      else if (error === undefined) resolve();
      else reject(error);
    };
    const timer = setTimeout(
      () => end(new SourceUnavailable(`${target.host} does not answer within ${limitMs / 1000} s`)),
      limitMs,
    );
    socket.once("connect", () => end());
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(new SourceUnavailable(`${target.host} is out of reach (${error.code ?? error.message})`)),
    );
  });
}
