/**
 * How long a provider asks to wait, in all the ways they say it: headers in seconds, milliseconds or as
 * a date, durations such as "1m30.5s", Google's RetryInfo in the body, a sentence in the message.
 */

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DURATION = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy;
const IN_MESSAGE =
  /(?:try again|retry|wait)[^.\n]{0,40}?\b(?:in|after|for)?\s*((?:\d+(?:\.\d+)?(?:ms|s|m|h))+|\d+(?:\.\d+)?\s*(?:seconds?|minutes?|milliseconds?))/i;
const WORDS_MS: Readonly<Record<string, number>> = { millisecond: 1, second: 1_000, minute: 60_000 };

/** One header value as text; undefined when missing. */
export function headerText(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Milliseconds of a duration such as `6m0s`, `1.5s`, `350ms`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  let total = 0;
  let end = 0;
  DURATION.lastIndex = 0;
  for (let match = DURATION.exec(text); match !== null; match = DURATION.exec(text)) {
    total += Number(match[1]) * (UNITS_MS[match[2] as string] as number);
    end = DURATION.lastIndex;
  }
  return end > 0 && end === text.length ? total : undefined;
}

/**
 * A moment in any of the forms in use: seconds from now, a duration, an HTTP or RFC 3339 date, or an
 * epoch in seconds or milliseconds.
 * @param now milliseconds since 1970.
 * @returns milliseconds from now, at least 0; undefined when the text is none of these.
 */
export function parseMoment(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  if (/^-?\d+(?:\.\d+)?$/.test(trimmed)) {
    const number = Number(trimmed);
    // No provider asks to wait for thirty years; such numbers are epochs.
    if (number > 1e12) return Math.max(0, number - now);
    if (number > 1e9) return Math.max(0, number * 1_000 - now);
    return Math.max(0, number * 1_000);
  }
  const duration = parseDuration(trimmed);
  if (duration !== undefined) return duration;
  const date = Date.parse(trimmed);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * Milliseconds the provider asks to wait, or undefined when it does not say.
 * @param message the error's message.
 * @param body the parsed error body.
 * @param now milliseconds since 1970.
 */
export function retryAfter(
  headers: Headers,
  body: unknown,
  message: string,
  now: number,
): number | undefined {
  const inMs = headerText(headers, "retry-after-ms");
  if (inMs !== undefined && Number(inMs) >= 0) return Number(inMs);
  const header = headerText(headers, "retry-after");
  const asked = header === undefined ? undefined : parseMoment(header, now);
  if (asked !== undefined) return asked;
  const delay = retryInfo(body);
  if (delay !== undefined) return parseDuration(delay);
  const match = IN_MESSAGE.exec(message)?.[1];
  if (match === undefined) return undefined;
  const words = /^(\d+(?:\.\d+)?)\s*(millisecond|second|minute)s?$/i.exec(match);
  if (words === null) return parseDuration(match);
  return Number(words[1]) * (WORDS_MS[(words[2] as string).toLowerCase()] as number);
}

/** `google.rpc.RetryInfo` among the details of a Gemini error. */
function retryInfo(body: unknown): string | undefined {
  const details = (body as { error?: { details?: unknown } } | null | undefined)?.error?.details;
  if (!Array.isArray(details)) return undefined;
  for (const detail of details) {
    const delay: unknown = detail?.retryDelay;
    if (typeof delay === "string") return delay;
  }
  return undefined;
}
