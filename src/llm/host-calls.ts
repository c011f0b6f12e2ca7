/**
 * The client as functions of plain JSON values, for callers on the other side of a boundary: Python code
 * in a worker reaches these through the host, so its calls share the host's limits, budget and statistics.
 */
import { InvalidOption, NogilError } from "../errors.js";
import type { LLM } from "./client.js";
import type { CallOptions } from "./conversation.js";
import { LLMError } from "./errors.js";
import type { Prompt } from "./messages.js";
import type { Completion } from "./response.js";

/** Options that can travel as JSON: no functions, no signals. */
export type PlainCallOptions = Omit<CallOptions, "tools" | "approveTool" | "schema" | "signal"> & {
  /** Names the caller (a thread, a worker) in the statistics. */
  readonly caller?: string;
  /** A JSON Schema; the answer's `value` follows it. */
  readonly schema?: Readonly<Record<string, unknown>>;
};

/** The same for many prompts. */
export type PlainMapOptions = PlainCallOptions & {
  /** Calls in flight. @default the client's `maxConcurrent` */
  readonly concurrency?: number;
};

/** An answer without what only the host can use. */
export type PlainCompletion = Omit<Completion<unknown>, "raw">;

/** A failed call in values: the other side makes its own exception of it. */
export interface PlainError {
  readonly code: string;
  readonly type: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly status: number | null;
  readonly spent: number;
}

export type PlainResult =
  | { readonly ok: true; readonly response: PlainCompletion }
  | { readonly ok: false; readonly error: PlainError };

export type PlainStreamEvent =
  | { readonly type: "text" | "reasoning"; readonly text: string }
  | { readonly type: "end"; readonly result: PlainResult };

/** What one caller has done. */
export interface CallerStats {
  calls: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
  /** US dollars. */
  spent: number;
  /** Milliseconds spent in calls. */
  busy: number;
}

/** What a pool binds its host functions to; anything else may call them as well. */
export type HostCaller = unknown;

/**
 * Functions to offer to Python code: `createPool({ host: { llm: hostCalls(llm) } })`. Where the caller's `this` has a
 * `signal`, its abort stops the call.
 */
export type HostCalls = {
  complete(this: HostCaller, prompt: Prompt, options?: PlainCallOptions): Promise<PlainResult>;
  stream(
    this: HostCaller,
    prompt: Prompt,
    options?: PlainCallOptions,
  ): AsyncGenerator<PlainStreamEvent, void>;
  /** Results in order; a prompt that fails does not stop the others. */
  map(
    this: HostCaller,
    prompts: readonly Prompt[],
    options?: PlainMapOptions,
  ): AsyncGenerator<PlainResult, void>;
  stats(): Readonly<Record<string, CallerStats>>;
};

const UNNAMED = "main";

/** Host-side functions over one client. */
export function hostCalls(llm: LLM): HostCalls {
  const callers = new Map<string, CallerStats>();

  const book = (
    caller: string | undefined,
    started: number,
    result: PlainResult,
    usage?: Completion["usage"],
  ): void => {
    const name = caller ?? UNNAMED;
    let stats = callers.get(name);
    if (stats === undefined) {
      stats = { calls: 0, failed: 0, inputTokens: 0, outputTokens: 0, spent: 0, busy: 0 };
      callers.set(name, stats);
    }
    stats.calls++;
    stats.busy += performance.now() - started;
    stats.inputTokens += usage?.input ?? 0;
    stats.outputTokens += usage?.output ?? 0;
    if (result.ok) stats.spent += result.response.cost ?? 0;
    else {
      stats.failed++;
      stats.spent += result.error.spent;
    }
  };

  const settle = async (
    caller: string | undefined,
    started: number,
    call: Promise<Completion<unknown>>,
  ): Promise<PlainResult> => {
    try {
      const { raw: _raw, ...response } = await call;
      const result: PlainResult = { ok: true, response };
      book(caller, started, result, response.usage);
      return result;
    } catch (error) {
      const result: PlainResult = { ok: false, error: plainError(error) };
      book(caller, started, result);
      return result;
    }
  };

  return {
    complete(prompt, options) {
      const { caller, ...rest } = checkPlain(options);
      return settle(caller, performance.now(), llm.complete<unknown>(prompt, { ...rest, ...signalOf(this) }));
    },
    async *stream(prompt, options) {
      const { caller, ...rest } = checkPlain(options);
      const started = performance.now();
      const stream = llm.stream<unknown>(prompt, { ...rest, ...signalOf(this) });
      try {
        for await (const event of stream) {
          if (event.type === "text" || event.type === "reasoning")
            yield { type: event.type, text: event.text };
        }
      } catch {
        // The same error comes with `response`, where it is turned into values.
      }
      yield { type: "end", result: await settle(caller, started, stream.response) };
    },
    async *map(prompts, options) {
      const { caller, ...rest } = checkPlain(options);
      for await (const item of llm.map<unknown>(prompts, { ...rest, ...signalOf(this) })) {
        const call = item.ok ? Promise.resolve(item.response) : Promise.reject(item.error);
        yield await settle(caller, performance.now(), call);
      }
    },
    stats: () => Object.fromEntries([...callers].map(([name, stats]) => [name, { ...stats }])),
  };
}

function signalOf(caller: HostCaller): { readonly signal?: AbortSignal } {
  const signal = (caller as { readonly signal?: unknown } | undefined)?.signal;
  return signal instanceof AbortSignal ? { signal } : {};
}

/** What comes over a boundary is looked at before it is trusted. */
function checkPlain(options: PlainCallOptions | undefined): PlainCallOptions {
  if (options === undefined || options === null) return {};
  if (typeof options !== "object" || Array.isArray(options)) {
    throw new InvalidOption("options", options, "an object of call options");
  }
  for (const name of ["tools", "approveTool", "signal"]) {
    if (name in options) throw new InvalidOption(name, "given", "no option that cannot travel as JSON");
  }
  return options;
}

function plainError(error: unknown): PlainError {
  const known = error instanceof LLMError ? error : undefined;
  return {
    code: error instanceof NogilError ? error.code : "ERROR",
    type: error instanceof Error ? error.name : typeof error,
    message: error instanceof Error ? error.message : String(error),
    retryable: known?.retryable ?? false,
    status: known?.status ?? null,
    spent: known?.spent ?? 0,
  };
}
