/** The client: one object for a model, its fallbacks, its budget. All calls of the process go through these. */
import { Batch, type BatchInput, type BatchOptions } from "./batch.js";
import { Budget, type Need } from "./budget.js";
import { CompletionStream } from "./completion-stream.js";
import { type CallOptions, Conversation } from "./conversation.js";
import { type Embeddings, type EmbedOptions, embedPart, embedParts, joinEmbeddings } from "./embeddings.js";
import { type AttemptControl, fieldsOf, openEngine } from "./engines/index.js";
import { type BudgetState, LLMAborted, LLMTimeout } from "./errors.js";
import { Gate } from "./gate.js";
import { Ledger } from "./ledger.js";
import type { LaneStats } from "./limits/index.js";
import type { Prompt } from "./messages.js";
import { checkPrompt, type LLMOptions, type ResolvedOptions, resolveOptions, splitName } from "./options.js";
import type { Completion, StreamEvent } from "./response.js";
import { Round, type RoundSettings } from "./round.js";
import { type Route, routeTo } from "./route.js";
import { Scope, type ScopeEnd } from "./scope.js";

/** What a client has done so far. */
export interface LLMStats {
  readonly calls: number;
  readonly failed: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly attempts: number;
  readonly budget: BudgetState;
  /** State of what all clients of the same model and key share. */
  readonly lane: LaneStats;
}

/**
 * A client for one model.
 * @param options a text such as `"anthropic/claude-sonnet-4"`, or options with `provider` and `model`.
 * @param more options besides the text.
 * @throws InvalidOption for an option that is not allowed, also for a key that is nowhere.
 */
export function createLLM(options: string | LLMOptions, more: Partial<LLMOptions> = {}): LLM {
  return new LLM(resolveOptions(typeof options === "string" ? { ...splitName(options), ...more } : options));
}

interface Streaming {
  readonly onScope: (scope: Scope) => void;
  readonly onEvent: (event: StreamEvent) => void;
  readonly onControl: (control: AttemptControl) => void;
}

const READER_LEFT: ScopeEnd = Object.freeze({ kind: "aborted", reason: "the stream's reader left" });

export class LLM {
  readonly #options: ResolvedOptions;
  readonly #prompt: RoundSettings;
  readonly #patient: RoundSettings;
  readonly #routes: readonly Route[];
  readonly #budget: Budget;
  readonly #gate: Gate;
  #calls = 0;
  #failed = 0;
  #attempts = 0;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#prompt = LLM.#roundSettings(options, false);
    this.#patient = LLM.#roundSettings(options, true);
    const { timeout, dispatcher, prices } = options;
    this.#routes = [options.primary, ...options.fallback].map((model) =>
      routeTo(openEngine(model, timeout.connect, dispatcher), model.limits ?? {}, prices),
    );
    this.#budget = new Budget(options.budget);
    this.#gate = new Gate(options.maxConcurrent);
  }

  get provider(): string {
    return this.#primary.engine.provider;
  }

  get model(): string {
    return this.#primary.engine.model;
  }

  get maxConcurrent(): number {
    return this.#options.maxConcurrent;
  }

  /**
   * One answer.
   * @throws LLMError of the class that says what happened; `attempts` and `spent` are on it.
   */
  complete<T = undefined>(prompt: Prompt, options: CallOptions<T> = {}): Promise<Completion<T>> {
    return this.#call(prompt, options, false);
  }

  /** One answer while it is written. */
  stream<T = undefined>(prompt: Prompt, options: CallOptions<T> = {}): CompletionStream<T> {
    let scope: Scope | undefined;
    let left = false;
    const stream = new CompletionStream<T>(() => {
      left = true;
      scope?.stop(READER_LEFT);
    });
    this.#call(prompt, options, false, {
      onScope: (opened) => {
        scope = opened;
        if (left) opened.stop(READER_LEFT);
      },
      onEvent: (event) => stream.push(event),
      onControl: (control) => stream.attach(control),
    }).then(
      (completion) => stream.finish(completion),
      (error: unknown) => stream.fail(error),
    );
    return stream;
  }

  /** Answers to many prompts, in order or as they come. */
  map<T = undefined>(inputs: BatchInput, options: BatchOptions<T> = {}): Batch<T> {
    return new Batch<T>(
      {
        name: `${this.provider}/${this.model}`,
        maxConcurrent: this.#options.maxConcurrent,
        call: (prompt, callOptions) => this.#call(prompt, callOptions, true),
        budget: () => this.#budget.state(),
        waits: () => this.#primary.lane.stats(),
      },
      inputs,
      options,
    );
  }

  /**
   * Vectors of texts, in the order of the texts. Fallbacks are not asked: vectors of two models do not compare.
   * @throws LLMError as `complete` does.
   */
  async embed(texts: string | readonly string[], options: EmbedOptions = {}): Promise<Embeddings> {
    const parts = embedParts(texts, this.model, options);
    return joinEmbeddings(
      await Promise.all(
        parts.map((part) =>
          this.#run(options, part.inputTokens, 0, (scope, ledger) => {
            const settings = this.#settings(false, options.timeout);
            return embedPart(this.#primary, part, { scope, ledger, settings });
          }),
        ),
      ),
    );
  }

  stats(): LLMStats {
    return {
      calls: this.#calls,
      failed: this.#failed,
      inFlight: this.#gate.inside,
      waiting: this.#gate.waiting,
      attempts: this.#attempts,
      budget: this.#budget.state(),
      lane: this.#primary.lane.stats(),
    };
  }

  /** Frees what engines hold (a model in memory). Connections close by themselves. */
  async close(): Promise<void> {
    await Promise.all(this.#routes.map(({ engine }) => engine.close?.()));
  }

  get #primary(): Route {
    return this.#routes[0] as Route;
  }

  #settings(patient: boolean, total: number | undefined): RoundSettings {
    const usual = patient ? this.#patient : this.#prompt;
    return total === undefined ? usual : { ...usual, totalTimeout: total };
  }

  static #roundSettings({ timeout, retry, hedgeAfter }: ResolvedOptions, patient: boolean): RoundSettings {
    return {
      totalTimeout: timeout.total,
      idleTimeout: timeout.idle,
      maxAttempts: retry.attempts,
      baseDelay: retry.baseDelay,
      maxDelay: retry.maxDelay,
      hedgeAfter,
      patient,
    };
  }

  async #call<T>(
    prompt: Prompt,
    options: CallOptions<T>,
    patient: boolean,
    streaming?: Streaming,
  ): Promise<Completion<T>> {
    checkPrompt(prompt);
    const conversation = new Conversation(prompt, options, this.#routes);
    return this.#run(options, conversation.inputTokens, options.maxTokens, (scope, ledger) => {
      streaming?.onScope(scope);
      return conversation.run({
        settings: this.#settings(patient, options.timeout),
        scope,
        ledger,
        onEvent: streaming?.onEvent,
        onControl: streaming?.onControl,
      });
    });
  }

  /** Everything around a call: its end, its money, its place among the calls of this client. */
  async #run<R>(
    options: { readonly timeout?: number; readonly signal?: AbortSignal },
    inputTokens: number,
    maxTokens: number | undefined,
    work: (scope: Scope, ledger: Ledger) => Promise<R>,
  ): Promise<R> {
    const scope = new Scope(options.timeout ?? this.#options.timeout.total, options.signal);
    const ledger = new Ledger(this.#budget);
    this.#calls++;
    try {
      const need = Round.need(this.#primary, inputTokens, maxTokens);
      if (!this.#budget.tryReserve(need, fieldsOf(this.#primary.engine))) await this.#afford(need, scope);
      try {
        if (!this.#gate.tryEnter()) await this.#enter(scope);
        try {
          return await work(scope, ledger);
        } finally {
          this.#gate.leave();
        }
      } finally {
        this.#budget.release(need);
      }
    } catch (error) {
      this.#failed++;
      throw ledger.attachTo(error);
    } finally {
      this.#attempts += ledger.attempts.length;
      scope.close();
    }
  }

  /** Waits until running calls have paid and it is clear whether this one fits the budget. */
  #afford(need: Need, scope: Scope): Promise<void> {
    const fields = fieldsOf(this.#primary.engine);
    return new Promise((resolve, reject) => {
      const leave = this.#budget.wait(need, fields, (error) => {
        off();
        if (error === undefined) resolve();
        else reject(error);
      });
      const off = scope.onStop(() => {
        off();
        leave();
        reject(this.#ended(scope));
      });
    });
  }

  #enter(scope: Scope): Promise<void> {
    if (scope.end !== undefined) return Promise.reject(this.#ended(scope));
    if (this.#gate.tryEnter()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = this.#gate.wait(() => {
        off();
        resolve();
      });
      const off = scope.onStop(() => {
        off();
        leave();
        reject(this.#ended(scope));
      });
    });
  }

  #ended(scope: Scope): Error {
    const fields = fieldsOf(this.#primary.engine);
    return scope.end?.kind === "aborted"
      ? new LLMAborted({ ...fields, cause: scope.end.reason })
      : new LLMTimeout("total", this.#options.timeout.total, fields);
  }
}
