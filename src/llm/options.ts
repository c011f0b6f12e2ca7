/** Options of a client: what users give, checked and completed. */
import type { Dispatcher } from "undici";
import { describe, InvalidOption } from "../errors.js";
import type { BudgetOptions } from "./budget.js";
import type { Engine } from "./engines/engine.js";
import type { RateLimits } from "./limits/index.js";
import { PRICES, type PriceTable } from "./pricing.js";

/** Milliseconds. */
export interface TimeoutOptions {
  /** The whole call: waiting, attempts, back-off, tool rounds. @default 600_000 */
  readonly total?: number;
  /** One connection. @default 10_000 */
  readonly connect?: number;
  /** An answer that stands still. @default 120_000 */
  readonly idle?: number;
}

export interface RetryOptions {
  /** Attempts that may fail before the call does; a 429 is not a failure. @default 4 */
  readonly attempts?: number;
  /** Milliseconds: the first back-off is a random part of it. @default 500 */
  readonly baseDelay?: number;
  /** Milliseconds: no back-off is longer. @default 8_000 */
  readonly maxDelay?: number;
}

/** One model and the way to it. */
export interface ModelOptions {
  /** A name such as `openai`, `anthropic`, `ollama`, `local`, or an engine (see `fromAiSdk`). */
  readonly provider: string | Engine;
  /** The provider's name of the model; for `local` the path of a GGUF file. */
  readonly model?: string;
  /** @default the provider's usual environment variable */
  readonly apiKey?: string;
  /** Where the provider's protocol is spoken. @default the provider's own address */
  readonly baseUrl?: string;
  /** More request headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Rates the account has with the provider. @default none; headers and 429 answers teach them */
  readonly limits?: RateLimits;
}

export interface LLMOptions extends ModelOptions {
  /** Calls in flight; more wait in order. @default 64 */
  readonly maxConcurrent?: number;
  /** @default `{ usd: 10, tokens: 50_000_000 }` */
  readonly budget?: BudgetOptions;
  /** A number is `total`. */
  readonly timeout?: number | TimeoutOptions;
  readonly retry?: RetryOptions;
  /** Models to ask when this one fails for a reason another may not share. */
  readonly fallback?: readonly (string | ModelOptions)[];
  /** Send a second request after so many milliseconds without an answer; the first answer counts. @default off */
  readonly hedge?: { readonly after: number };
  /** Prices that replace the built-in table for the names they have. */
  readonly prices?: PriceTable;
  /** An undici dispatcher for all requests, such as a `ProxyAgent`. */
  readonly dispatcher?: Dispatcher;
}

export interface ResolvedOptions {
  readonly primary: ModelOptions;
  readonly fallback: readonly ModelOptions[];
  readonly maxConcurrent: number;
  readonly budget: BudgetOptions;
  readonly timeout: Required<TimeoutOptions>;
  readonly retry: Required<RetryOptions>;
  readonly hedgeAfter: number | undefined;
  readonly prices: PriceTable;
  readonly dispatcher: Dispatcher | undefined;
}

const DEFAULT_TIMEOUT: Required<TimeoutOptions> = { total: 600_000, connect: 10_000, idle: 120_000 };
const DEFAULT_RETRY: Required<RetryOptions> = { attempts: 4, baseDelay: 500, maxDelay: 8_000 };
const DEFAULT_MAX_CONCURRENT = 64;
const KNOWN = new Set([
  "provider",
  "model",
  "apiKey",
  "baseUrl",
  "headers",
  "limits",
  "maxConcurrent",
  "budget",
  "timeout",
  "retry",
  "fallback",
  "hedge",
  "prices",
  "dispatcher",
]);

export function resolveOptions(options: LLMOptions): ResolvedOptions {
  if (typeof options !== "object" || options === null) {
    throw new InvalidOption("options", options, 'an object or a text such as "openai/gpt-4o-mini"');
  }
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name))
      throw new InvalidOption(name, "given", `no such option; there are ${[...KNOWN].join(", ")}`);
  }
  const timeout = typeof options.timeout === "number" ? { total: options.timeout } : (options.timeout ?? {});
  const total = positive("timeout.total", timeout.total ?? DEFAULT_TIMEOUT.total);
  const { usd, tokens } = options.budget ?? {};
  if (usd !== undefined) notNegative("budget.usd", usd);
  if (tokens !== undefined) notNegative("budget.tokens", tokens);
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  return {
    primary: checkModel(options, ""),
    fallback: (options.fallback ?? []).map((entry, index) =>
      checkModel(typeof entry === "string" ? splitName(entry) : entry, `fallback[${index}].`),
    ),
    maxConcurrent: whole("maxConcurrent", options.maxConcurrent ?? DEFAULT_MAX_CONCURRENT),
    budget: options.budget ?? {},
    timeout: {
      total,
      connect: positive("timeout.connect", timeout.connect ?? DEFAULT_TIMEOUT.connect),
      idle: positive("timeout.idle", timeout.idle ?? DEFAULT_TIMEOUT.idle),
    },
    retry: {
      attempts: whole("retry.attempts", retry.attempts),
      baseDelay: notNegative("retry.baseDelay", retry.baseDelay),
      maxDelay: notNegative("retry.maxDelay", retry.maxDelay),
    },
    hedgeAfter: options.hedge === undefined ? undefined : positive("hedge.after", options.hedge.after),
    prices: options.prices === undefined ? PRICES : { ...PRICES, ...options.prices },
    dispatcher: options.dispatcher,
  };
}

/** `provider/model`, where the model's name may hold slashes of its own. */
export function splitName(name: string): ModelOptions {
  const slash = name.indexOf("/");
  if (slash <= 0 || slash === name.length - 1) {
    throw new InvalidOption("model", name, 'a text such as "openai/gpt-4o-mini" (provider, slash, model)');
  }
  return { provider: name.slice(0, slash), model: name.slice(slash + 1) };
}

function checkModel(options: ModelOptions, prefix: string): ModelOptions {
  const { provider, model, apiKey, baseUrl, headers, limits } = options;
  if (typeof provider !== "string" && typeof provider?.attempt !== "function") {
    throw new InvalidOption(`${prefix}provider`, provider, "a provider's name or an engine");
  }
  if (typeof provider === "string" && (typeof model !== "string" || model === "")) {
    throw new InvalidOption(`${prefix}model`, model, "the name of a model");
  }
  if (apiKey !== undefined && (typeof apiKey !== "string" || !/^[\x21-\x7e]*$/.test(apiKey))) {
    // The value stays out of the message: it is a secret even when it is wrong.
    throw new InvalidOption(
      `${prefix}apiKey`,
      undefined,
      "a key of printable characters without spaces or line ends",
    );
  }
  if (baseUrl !== undefined && !/^https?:$/.test(urlOf(baseUrl)?.protocol ?? "")) {
    throw new InvalidOption(`${prefix}baseUrl`, baseUrl, "an http or https address");
  }
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || typeof value !== "string" || /[\r\n\0]/.test(value)) {
      throw new InvalidOption(`${prefix}headers`, name, "header names and values of one line");
    }
  }
  for (const name of ["rps", "rpm", "tpm"] as const) {
    const limit = limits?.[name];
    if (limit !== undefined) positive(`${prefix}limits.${name}`, limit);
  }
  return options;
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function positive(option: string, value: unknown): number {
  if (typeof value !== "number" || !(value > 0)) throw new InvalidOption(option, value, "a number above 0");
  return value;
}

function notNegative(option: string, value: unknown): number {
  if (typeof value !== "number" || !(value >= 0))
    throw new InvalidOption(option, value, "a number of 0 or more");
  return value;
}

function whole(option: string, value: unknown): number {
  if (
    typeof value !== "number" ||
    !(Number.isInteger(value) || value === Number.POSITIVE_INFINITY) ||
    value < 1
  ) {
    throw new InvalidOption(option, value, "a whole number of 1 or more");
  }
  return value;
}

/** Used where a prompt is taken from outside. */
export function checkPrompt(prompt: unknown): void {
  if (typeof prompt === "string") return;
  if (!Array.isArray(prompt) || prompt.length === 0) {
    throw new InvalidOption("prompt", prompt, "a text or a list of messages with at least one");
  }
  for (const [index, message] of prompt.entries()) {
    const role: unknown = message?.role;
    const ok = role === "system" || role === "user" || role === "assistant" || role === "tool";
    if (!ok) throw new InvalidOption(`prompt[${index}].role`, role, "system, user, assistant or tool");
    const content: unknown = message.content;
    if (typeof content !== "string" && !(role === "user" && Array.isArray(content))) {
      throw new InvalidOption(`prompt[${index}].content`, describe(content), "a text (or parts, for user)");
    }
  }
}
