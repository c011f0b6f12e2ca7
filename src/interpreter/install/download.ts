import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { sendRequest } from "./http.js";
import { SourceUnavailable } from "./source.js";

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
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  const response = await sendRequest(url, { ...options, headers });
  const { statusCode = 0, statusMessage = "" } = response;
  const { location } = response.headers;
  if (statusCode >= 300 && statusCode < 400 && location !== undefined) {
    response.resume();
    if (redirects === MAX_REDIRECTS) throw new SourceUnavailable(`${url.host} redirects without end`);
    return open(new URL(location, url), from, options, redirects + 1);
  }
  if (statusCode === 416) {
    // The partial file is longer than the file itself: begin again.
    response.resume();
    return open(url, 0, options, redirects + 1);
  }
  if (statusCode !== 200 && statusCode !== 206) {
    response.resume();
    throw new SourceUnavailable(`${url.href} answers ${statusCode} ${statusMessage}`.trim());
  }
  return response;
}
