/**
 * What comes back from a model: frozen values, the same for every provider.
 */
import type { AssistantMessage, Message, ToolCall } from "./messages.js";

/** Tokens of a call, all its attempts and tool rounds together. */
export interface Usage {
  /** Tokens read, those from a cache included. */
  readonly input: number;
  /** Tokens written, reasoning included. */
  readonly output: number;
  /** The part of `input` that came from the provider's cache. */
  readonly cached: number;
  /** The part of `output` that was reasoning. */
  readonly reasoning: number;
}

export const NO_USAGE: Usage = Object.freeze({ input: 0, output: 0, cached: 0, reasoning: 0 });

export function addUsage(a: Usage, b: Usage): Usage {
  if (a === NO_USAGE) return b;
  return Object.freeze({
    input: a.input + b.input,
    output: a.output + b.output,
    cached: a.cached + b.cached,
    reasoning: a.reasoning + b.reasoning,
  });
}

export type FinishReason = "stop" | "length" | "tool-calls" | "content-filter" | "other";

/** One request that went to a provider, whatever became of it. */
export interface Attempt {
  readonly provider: string;
  readonly model: string;
  /** `ok`, or the `code` of the error it ended with. */
  readonly outcome: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Milliseconds from sending to the end. */
  readonly duration: number;
  readonly usage: Usage;
  /** US dollars; undefined when the price of the model is not known. */
  readonly cost: number | undefined;
  /** The provider did not say what it counted (cut or aborted), so usage and cost are our estimate. */
  readonly estimated: boolean;
  /** Why the attempt was made. */
  readonly reason: "first" | "retry" | "hedge" | "fallback";
}

/** Milliseconds. */
export interface Timings {
  /** Waiting for permits, rate limits and back-off before the last attempt was sent. */
  readonly queued: number;
  /** From sending the last attempt to its first token (to its headers without streaming). */
  readonly firstToken: number;
  /** From the call to the answer, everything included. */
  readonly total: number;
}

/** How one tool call went. */
export interface ToolRun {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
  readonly result: unknown;
  /** Message the model was given instead of a result. */
  readonly error: string | undefined;
  /** Milliseconds. */
  readonly duration: number;
}

/**
 * An answer. Frozen; `raw` is the provider's own body as it came (the last event with streaming).
 */
export interface Completion<T = undefined> {
  readonly text: string;
  readonly message: AssistantMessage;
  /** Calls the model asked for that were not run (no function was given, or `toolMode: "return"`). */
  readonly toolCalls: readonly ToolCall[];
  /** What the model showed of its reasoning. */
  readonly reasoning: string;
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  /** US dollars of all attempts and rounds; undefined when a price is not known. */
  readonly cost: number | undefined;
  readonly attempts: readonly Attempt[];
  readonly timings: Timings;
  readonly model: string;
  readonly provider: string;
  /** The provider's identifier of the answer. */
  readonly id: string;
  readonly raw: unknown;
  /** Messages this call added to the conversation: append them to go on with it. */
  readonly messages: readonly Message[];
  /** Tool calls that were run, in order. */
  readonly toolRuns: readonly ToolRun[];
  /** The validated value, with `schema`. */
  readonly value: T;
}

/** One step of a streamed answer. */
export type StreamEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "tool-call"; readonly toolCall: ToolCall }
  | { readonly type: "tool-result"; readonly run: ToolRun };
