/**
 * Many prompts, one loop: bounded memory, results in order or as they come, a checkpoint, caps for money
 * and time, progress. Single inputs fail on their own; what concerns all of them stops the batch.
 */
import { InvalidOption } from "../errors.js";
import type { BudgetOptions } from "./budget.js";
import { Checkpoint, InputKeys } from "./checkpoint.js";
import type { CallOptions } from "./conversation.js";
import {
  AuthenticationFailed,
  BudgetExceeded,
  type BudgetState,
  LLMAborted,
  LLMError,
  LLMTimeout,
  ModelNotFound,
  QuotaExhausted,
} from "./errors.js";
import type { LaneStats } from "./limits/index.js";
import type { Prompt } from "./messages.js";
import type { Completion } from "./response.js";
import { Scope } from "./scope.js";

/** A prompt, or one with a name of its own and options that differ. */
export type BatchItem =
  | Prompt
  | { readonly id?: string; readonly prompt: Prompt; readonly options?: CallOptions<never> };

export type BatchInput = Iterable<BatchItem> | AsyncIterable<BatchItem>;

export interface BatchOptions<T = undefined> extends Omit<CallOptions<T>, "signal"> {
  /** Results in the order of the inputs. @default true */
  readonly ordered?: boolean;
  /** Calls in flight. @default the client's `maxConcurrent` */
  readonly concurrency?: number;
  /** File that remembers finished inputs, so that a new run goes on where the last one stopped. */
  readonly checkpoint?: string;
  /** Caps for this batch, earlier runs of its checkpoint included. @default only the client's */
  readonly budget?: BudgetOptions;
  /** Milliseconds for the whole batch. @default none */
  readonly deadline?: number;
  readonly signal?: AbortSignal;
  /** Called after every finished input. */
  readonly onProgress?: (progress: BatchProgress) => void;
}

export interface BatchProgress {
  readonly done: number;
  readonly failed: number;
  /** Taken from the checkpoint instead of asked again. */
  readonly resumed: number;
  readonly inFlight: number;
  /** Inputs in all, when the source has a length. */
  readonly total: number | undefined;
  /** US dollars, earlier runs included. */
  readonly spent: number;
  readonly tokens: number;
  /** Tokens written per second in this run. */
  readonly tokensPerSecond: number;
  /** Milliseconds for which the provider holds all calls back now. */
  readonly rateLimitWait: number;
}

export type BatchResult<T = undefined> =
  | {
      readonly index: number;
      readonly id: string;
      readonly ok: true;
      readonly response: Completion<T>;
      readonly resumed: boolean;
    }
  | { readonly index: number; readonly id: string; readonly ok: false; readonly error: unknown };

/** What a batch needs of a client. */
export interface BatchHost {
  readonly name: string;
  readonly maxConcurrent: number;
  call<T>(prompt: Prompt, options: CallOptions<T>): Promise<Completion<T>>;
  budget(): BudgetState;
  waits(): LaneStats;
}

/** Finished results that may wait for an earlier one, per call in flight. */
const LEAD = 16;

export class Batch<T = undefined> implements AsyncIterable<BatchResult<T>> {
  readonly #host: BatchHost;
  readonly #inputs: BatchInput;
  readonly #options: BatchOptions<T>;
  readonly #concurrency: number;
  readonly #total: number | undefined;
  readonly #ready = new Map<number, BatchResult<T>>();
  #wakers: (() => void)[] = [];
  #fed = false;
  #started = 0;
  #done = 0;
  #failed = 0;
  #resumed = 0;
  #inFlight = 0;
  #usd = 0;
  #tokens = 0;
  #written = 0;
  #fatal: unknown;
  #stopped = false;
  #used = false;

  constructor(host: BatchHost, inputs: BatchInput, options: BatchOptions<T>) {
    const { concurrency, deadline } = options;
    if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1)) {
      throw new InvalidOption("concurrency", concurrency, "a whole number of 1 or more");
    }
    if (deadline !== undefined && !(deadline > 0))
      throw new InvalidOption("deadline", deadline, "milliseconds above 0");
    if (
      typeof inputs !== "object" ||
      inputs === null ||
      !(Symbol.iterator in inputs || Symbol.asyncIterator in inputs)
    ) {
      throw new InvalidOption("inputs", inputs, "an iterable or async iterable of prompts");
    }
    this.#host = host;
    this.#inputs = inputs;
    this.#options = options;
    this.#concurrency = Math.min(concurrency ?? host.maxConcurrent, host.maxConcurrent);
    this.#total = Array.isArray(inputs) ? inputs.length : undefined;
  }

  get progress(): BatchProgress {
    const seconds = this.#started === 0 ? 0 : (performance.now() - this.#started) / 1_000;
    return {
      done: this.#done,
      failed: this.#failed,
      resumed: this.#resumed,
      inFlight: this.#inFlight,
      total: this.#total,
      spent: this.#usd,
      tokens: this.#tokens,
      tokensPerSecond: seconds === 0 ? 0 : this.#written / seconds,
      rateLimitWait: this.#host.waits().pausedFor,
    };
  }

  /** All results as a list, in order. */
  async toArray(): Promise<BatchResult<T>[]> {
    const results: BatchResult<T>[] = [];
    for await (const result of this) results[result.index] = result;
    return results;
  }

  /**
   * The results; a batch is read once.
   * @throws BudgetExceeded, AuthenticationFailed, ModelNotFound, QuotaExhausted, LLMTimeout (deadline) or
   * LLMAborted after the results that were finished; the checkpoint has them.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<BatchResult<T>, void> {
    if (this.#used)
      throw new TypeError("a batch is read once: call map again (a checkpoint keeps what is done)");
    this.#used = true;
    this.#started = performance.now();
    const { checkpoint: path, deadline, signal } = this.#options;
    const checkpoint = path === undefined ? undefined : await Checkpoint.open(path, this.#host.name);
    if (checkpoint !== undefined) {
      this.#usd = checkpoint.spent.usd;
      this.#tokens = checkpoint.spent.tokens;
    }
    const scope = new Scope(deadline ?? Number.POSITIVE_INFINITY, signal);
    const abort = new AbortController();
    const end = (): void => {
      this.#stop(this.#endError(scope));
      abort.abort(scope.end?.kind === "aborted" ? scope.end.reason : undefined);
    };
    scope.onStop(end);
    if (scope.end !== undefined) end();
    const source = iteratorOf(this.#inputs);
    const feeding = this.#feed(source, checkpoint, abort.signal);
    try {
      yield* this.#results();
      if (this.#fatal !== undefined) throw this.#fatal;
    } finally {
      this.#stop(undefined);
      abort.abort();
      scope.close();
      // A source that waits for input that never comes must not hold the batch.
      Promise.resolve(source.return?.()).catch(() => {});
      feeding.catch(() => {});
      while (this.#inFlight > 0) await this.#change();
      await checkpoint?.close();
    }
  }

  /** Starts inputs as places become free. */
  async #feed(
    source: Iterator<BatchItem> | AsyncIterator<BatchItem>,
    checkpoint: Checkpoint | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const keys = new InputKeys();
    try {
      for (let index = 0; ; index++) {
        // Reading ahead stops when too many results wait for a slow answer or a slow reader.
        while (
          !this.#stopped &&
          (this.#inFlight >= this.#concurrency || this.#ready.size >= this.#concurrency * LEAD)
        ) {
          await this.#change();
        }
        if (this.#stopped) return;
        const item = await source.next();
        if (item.done || this.#stopped) return;
        this.#start(index, item.value, keys, checkpoint, signal);
      }
    } catch (error) {
      this.#stop(error);
    } finally {
      this.#fed = true;
      this.#changed();
    }
  }

  async *#results(): AsyncGenerator<BatchResult<T>, void> {
    const ordered = this.#options.ordered ?? true;
    for (let next = 0; ; ) {
      const key = ordered ? next : this.#ready.keys().next().value;
      const result = key === undefined ? undefined : this.#ready.get(key);
      if (key !== undefined && result !== undefined) {
        this.#ready.delete(key);
        this.#changed();
        next++;
        yield result;
      } else if ((this.#fed || this.#stopped) && this.#inFlight === 0) {
        // A stop leaves gaps: what is finished behind one is still handed out.
        const rest = [...this.#ready.values()].sort((a, b) => a.index - b.index);
        this.#ready.clear();
        yield* rest;
        return;
      } else await this.#change();
    }
  }

  #start(
    index: number,
    item: BatchItem,
    keys: InputKeys,
    checkpoint: Checkpoint | undefined,
    signal: AbortSignal,
  ): void {
    const { id, prompt, options } = partsOf(item, index);
    const key = checkpoint === undefined ? "" : keys.keyOf([prompt, options ?? null]);
    const known = checkpoint?.done.get(key);
    if (known !== undefined) {
      this.#resumed++;
      this.#settle({ index, id, ok: true, response: known as Completion<T>, resumed: true });
      return;
    }
    const over = this.#overBudget();
    if (over !== undefined) {
      this.#stop(over);
      return;
    }
    this.#inFlight++;
    this.#finish(index, id, key, prompt, options, checkpoint, signal).finally(() => {
      this.#inFlight--;
      this.#changed();
    });
  }

  async #finish(
    index: number,
    id: string,
    key: string,
    prompt: Prompt,
    own: CallOptions<never> | undefined,
    checkpoint: Checkpoint | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const options = { ...this.#callOptions(), ...own, signal } as CallOptions<T>;
    try {
      const response = await this.#host.call(prompt, options);
      const tokens = response.usage.input + response.usage.output;
      this.#count(response.cost ?? 0, tokens, response.usage.output);
      const { raw: _raw, ...kept } = response;
      await checkpoint?.append({ key, ok: true, cost: response.cost ?? 0, tokens, response: kept });
      this.#settle({ index, id, ok: true, response, resumed: false });
    } catch (error) {
      const tokens = error instanceof LLMError ? usedBy(error) : 0;
      const spent = error instanceof LLMError ? error.spent : 0;
      this.#count(spent, tokens, 0);
      if (checkpoint !== undefined && spent + tokens > 0) {
        await checkpoint.append({ key, ok: false, cost: spent, tokens, error: (error as Error).message });
      }
      if (concernsAll(error)) this.#stop(error);
      // What the end of the batch cut off is no result: the next run asks again.
      else if (this.#stopped && error instanceof LLMAborted) return;
      else this.#settle({ index, id, ok: false, error });
    }
  }

  #count(usd: number, tokens: number, written: number): void {
    this.#usd += usd;
    this.#tokens += tokens;
    this.#written += written;
  }

  #settle(result: BatchResult<T>): void {
    this.#ready.set(result.index, result);
    if (result.ok) this.#done++;
    else this.#failed++;
    this.#options.onProgress?.(this.progress);
    this.#changed();
  }

  #overBudget(): BudgetExceeded | undefined {
    const { usd = Number.POSITIVE_INFINITY, tokens = Number.POSITIVE_INFINITY } = this.#options.budget ?? {};
    if (this.#usd < usd && this.#tokens < tokens) return undefined;
    const [provider = "", ...model] = this.#host.name.split("/");
    const state = { usd, tokens, spentUsd: this.#usd, spentTokens: this.#tokens };
    return new BudgetExceeded(state, `more of this batch (${this.#done} inputs are done)`, {
      provider,
      model: model.join("/"),
    });
  }

  #endError(scope: Scope): LLMError {
    const [provider = "", ...model] = this.#host.name.split("/");
    const fields = { provider, model: model.join("/") };
    return scope.end?.kind === "aborted"
      ? new LLMAborted({ ...fields, cause: scope.end.reason })
      : new LLMTimeout("total", this.#options.deadline ?? 0, fields);
  }

  #stop(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#fatal = reason;
    this.#changed();
  }

  #changed(): void {
    const wakers = this.#wakers;
    if (wakers.length === 0) return;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  #callOptions(): CallOptions<T> {
    const {
      ordered: _ordered,
      concurrency: _concurrency,
      checkpoint: _checkpoint,
      budget: _budget,
      deadline: _deadline,
      signal: _signal,
      onProgress: _onProgress,
      ...call
    } = this.#options;
    return call;
  }
}

/** Errors that every further input would meet too. */
function concernsAll(error: unknown): boolean {
  return (
    error instanceof BudgetExceeded ||
    error instanceof AuthenticationFailed ||
    error instanceof ModelNotFound ||
    error instanceof QuotaExhausted ||
    error instanceof InvalidOption
  );
}

function usedBy(error: LLMError): number {
  return error.attempts.reduce((sum, { usage }) => sum + usage.input + usage.output, 0);
}

function partsOf(
  item: BatchItem,
  index: number,
): { id: string; prompt: Prompt; options: CallOptions<never> | undefined } {
  if (typeof item === "object" && item !== null && "prompt" in item) {
    return { id: item.id ?? String(index), prompt: item.prompt, options: item.options };
  }
  return { id: String(index), prompt: item, options: undefined };
}

function iteratorOf(inputs: BatchInput): Iterator<BatchItem> | AsyncIterator<BatchItem> {
  return Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
}
