/**
 * Prices, US dollars per million tokens, as the providers' public price pages gave them on the date below.
 * They change: pass `prices` to a client to replace or extend this table.
 */
import type { Usage } from "./response.js";

/** When the table was last checked against the price pages. */
export const PRICES_DATE = "2025-06-01";

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Input read from the provider's cache. @default `input` */
  readonly cached?: number;
}

/** `provider/model` to price. A name also covers its dated versions: `openai/gpt-4o` prices `gpt-4o-2024-11-20`. */
export type PriceTable = Readonly<Record<string, Price>>;

export const PRICES: PriceTable = Object.freeze({
  "openai/gpt-4.1": { input: 2, output: 8, cached: 0.5 },
  "openai/gpt-4.1-mini": { input: 0.4, output: 1.6, cached: 0.1 },
  "openai/gpt-4.1-nano": { input: 0.1, output: 0.4, cached: 0.025 },
  "openai/gpt-4o": { input: 2.5, output: 10, cached: 1.25 },
  "openai/gpt-4o-mini": { input: 0.15, output: 0.6, cached: 0.075 },
  "openai/o3-mini": { input: 1.1, output: 4.4, cached: 0.55 },
  "openai/o4-mini": { input: 1.1, output: 4.4, cached: 0.275 },
  "openai/text-embedding-3-small": { input: 0.02, output: 0 },
  "openai/text-embedding-3-large": { input: 0.13, output: 0 },
  "anthropic/claude-opus-4": { input: 15, output: 75, cached: 1.5 },
  "anthropic/claude-sonnet-4": { input: 3, output: 15, cached: 0.3 },
  "anthropic/claude-3-7-sonnet": { input: 3, output: 15, cached: 0.3 },
  "anthropic/claude-3-5-sonnet": { input: 3, output: 15, cached: 0.3 },
  "anthropic/claude-3-5-haiku": { input: 0.8, output: 4, cached: 0.08 },
  "anthropic/claude-3-haiku": { input: 0.25, output: 1.25, cached: 0.03 },
  "gemini/gemini-2.0-flash": { input: 0.1, output: 0.4, cached: 0.025 },
  "gemini/gemini-2.0-flash-lite": { input: 0.075, output: 0.3 },
  "gemini/gemini-1.5-flash": { input: 0.075, output: 0.3 },
  "gemini/gemini-1.5-pro": { input: 1.25, output: 5 },
  "cohere/command-a": { input: 2.5, output: 10 },
  "cohere/command-r-plus": { input: 2.5, output: 10 },
  "cohere/command-r": { input: 0.15, output: 0.6 },
  "cohere/command-r7b": { input: 0.0375, output: 0.15 },
  "mistral/mistral-large": { input: 2, output: 6 },
  "mistral/mistral-medium": { input: 0.4, output: 2 },
  "mistral/mistral-small": { input: 0.1, output: 0.3 },
  "mistral/codestral": { input: 0.3, output: 0.9 },
  "deepseek/deepseek-chat": { input: 0.27, output: 1.1, cached: 0.07 },
  "deepseek/deepseek-reasoner": { input: 0.55, output: 2.19, cached: 0.14 },
  "groq/llama-3.3-70b-versatile": { input: 0.59, output: 0.79 },
  "groq/llama-3.1-8b-instant": { input: 0.05, output: 0.08 },
  "xai/grok-3": { input: 3, output: 15 },
  "xai/grok-3-mini": { input: 0.3, output: 0.5 },
});

/** Providers whose models run on the user's own machine. */
const FREE_PROVIDERS: ReadonlySet<string> = new Set(["local", "ollama", "lmstudio", "llamacpp", "vllm"]);
const FREE: Price = Object.freeze({ input: 0, output: 0 });
/** What may follow a name in a dated version: `-2024-11-20`, `-20241022`, `-latest`, `-001`, `-08-2024`. */
const VERSION = /^(?:-\d[\d-]*|-latest|@\d+)$/;

/** The price of a model, or undefined when the table does not know it. */
export function priceOf(provider: string, model: string, table: PriceTable = PRICES): Price | undefined {
  // The two OpenAI protocols reach the same models.
  const family = provider === "openai-responses" ? "openai" : provider;
  const name = `${family}/${model}`;
  const exact = table[name];
  if (exact !== undefined) return exact;
  let best = "";
  for (const key of Object.keys(table)) {
    if (key.length > best.length && name.startsWith(key) && VERSION.test(name.slice(key.length))) best = key;
  }
  if (best !== "") return table[best];
  return FREE_PROVIDERS.has(family) ? FREE : undefined;
}

/** US dollars, in steps of a billionth of one: sums of such costs are exact. */
export function costOf(usage: Usage, price: Price): number {
  const fresh = usage.input - usage.cached;
  const microDollars =
    fresh * price.input + usage.cached * (price.cached ?? price.input) + usage.output * price.output;
  return Math.round(microDollars * 1_000) / 1e9;
}
