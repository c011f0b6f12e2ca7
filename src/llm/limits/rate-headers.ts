/** What providers say about their limits in the headers of every answer. */
import { headerText, parseMoment } from "./retry-after.js";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** State of one limit at the provider. */
export interface RateState {
  readonly limit: number | undefined;
  readonly remaining: number;
  /** Milliseconds until the limit is whole again. */
  readonly reset: number;
  /** The limit fills up again bit by bit, and `reset` is when it is full; else all at once at `reset`. */
  readonly continuous: boolean;
}

export interface RateReport {
  readonly requests: RateState | undefined;
  readonly tokens: RateState | undefined;
}

/** Names of limit, remaining and reset, per family: OpenAI's (Groq, xAI, …), Anthropic's, Cerebras', plain ones. */
const REQUESTS: readonly (readonly [string, string, string])[] = [
  ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
  [
    "anthropic-ratelimit-requests-limit",
    "anthropic-ratelimit-requests-remaining",
    "anthropic-ratelimit-requests-reset",
  ],
  [
    "x-ratelimit-limit-requests-minute",
    "x-ratelimit-remaining-requests-minute",
    "x-ratelimit-reset-requests-minute",
  ],
  ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"],
];
const TOKENS: readonly (readonly [string, string, string])[] = [
  ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
  [
    "anthropic-ratelimit-tokens-limit",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-reset",
  ],
  [
    "x-ratelimit-limit-tokens-minute",
    "x-ratelimit-remaining-tokens-minute",
    "x-ratelimit-reset-tokens-minute",
  ],
];

/** @param now milliseconds since 1970. */
export function readRateHeaders(headers: Headers, now: number): RateReport | undefined {
  if (!mayHaveRates(headers)) return undefined;
  const requests = read(headers, REQUESTS, now);
  const tokens = read(headers, TOKENS, now);
  return requests === undefined && tokens === undefined ? undefined : { requests, tokens };
}

/** One look at the names is cheaper than asking for each of twenty. */
function mayHaveRates(headers: Headers): boolean {
  for (const name in headers)
    if (name.includes("ratelimit-remaining") || name.endsWith("-remaining")) return true;
  return false;
}

function read(
  headers: Headers,
  families: readonly (readonly [string, string, string])[],
  now: number,
): RateState | undefined {
  for (const [limitName, remainingName, resetName] of families) {
    const remaining = headerText(headers, remainingName);
    if (remaining === undefined) continue;
    const count = Number(remaining);
    if (remaining.trim() === "" || !Number.isFinite(count)) return undefined;
    const limit = Number(headerText(headers, limitName));
    const reset = parseMoment(headerText(headers, resetName) ?? "", now);
    // Without a reset the remaining count has no end and could block for ever.
    if (reset === undefined) return undefined;
    return {
      limit: Number.isFinite(limit) && limit > 0 ? limit : undefined,
      remaining: Math.max(0, count),
      reset,
      // OpenAI, Groq and Anthropic document token buckets; the plain names are fixed windows.
      continuous: limitName !== "x-ratelimit-limit",
    };
  }
  return undefined;
}
