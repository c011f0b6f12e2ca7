/**
 * One question to a model and its answer: the only place that retries. Routes in order, attempts on each
 * with back-off, one deadline, extra calls paid from the lane's retry budget, every attempt booked.
 */
import { Assembler } from "./assembler.js";
import type { Need } from "./budget.js";
import { type AttemptControl, type AttemptOptions, type Engine, fieldsOf } from "./engines/index.js";
import { CircuitOpen, LLMAborted, LLMError, LLMTimeout, RateLimited } from "./errors.js";
import { tokensOfLength } from "./estimate.js";
import type { Ledger } from "./ledger.js";
import type { Permit } from "./limits/index.js";
import type { ChatRequest } from "./messages.js";
import { goesElsewhere, isUnanswered, settlementOf } from "./outcome.js";
import type { Attempt, StreamEvent, Usage } from "./response.js";
import { NO_USAGE } from "./response.js";
import type { Route } from "./route.js";
import type { Scope } from "./scope.js";
import { withSchemaInWords } from "./structured.js";

/** Waiting longer than this for one provider, when another is ready, helps nobody. */
const FALLBACK_AFTER_MS = 1_000;
/** How often a refused call asks the retry budget again, and for how long unless it is patient. */
const BUDGET_POLL_MS = 500;
const BUDGET_WAIT_MS = 10_000;

export interface RoundSettings {
  /** Milliseconds for the whole call. */
  readonly totalTimeout: number;
  readonly idleTimeout: number;
  /** Attempts on one route that may fail (429 not counted). */
  readonly maxAttempts: number;
  readonly baseDelay: number;
  readonly maxDelay: number;
  /** Send a second request when the first has no answer after so many milliseconds. */
  readonly hedgeAfter: number | undefined;
  /** Wait while the breaker is open, as a batch does, instead of failing at once. */
  readonly patient: boolean;
}

/** An answer and how it came. */
export interface RoundResult {
  readonly into: Assembler;
  readonly route: Route;
  /** Milliseconds from the start of the round to the sending of the attempt that succeeded. */
  readonly queued: number;
  readonly firstToken: number;
}

/** How one attempt is sent. */
export type Send = (engine: Engine, request: ChatRequest, options: AttemptOptions) => Promise<void>;

const ask: Send = (engine, request, options) => engine.attempt(request, options);

/** What an attempt on its way looks like from outside. */
interface Running {
  control: AttemptControl | undefined;
  stopped: Error | undefined;
}

export class Round {
  readonly #routes: readonly Route[];
  readonly #request: ChatRequest;
  readonly #settings: RoundSettings;
  readonly #scope: Scope;
  readonly #ledger: Ledger;
  readonly #onEvent: ((event: StreamEvent) => void) | undefined;
  readonly #onControl: ((control: AttemptControl) => void) | undefined;
  readonly #send: Send;
  readonly #inputTokens: number;
  readonly #started = performance.now();
  #delivered = false;
  #lastError: LLMError | undefined;

  constructor(options: {
    readonly routes: readonly Route[];
    readonly request: ChatRequest;
    /** What the request is estimated to have. */
    readonly inputTokens: number;
    readonly settings: RoundSettings;
    readonly scope: Scope;
    readonly ledger: Ledger;
    /** Given: the answer is streamed. */
    readonly onEvent?: ((event: StreamEvent) => void) | undefined;
    readonly onControl?: ((control: AttemptControl) => void) | undefined;
    /** @default asks for an answer */
    readonly send?: Send;
  }) {
    this.#routes = options.routes;
    this.#request = options.request;
    this.#settings = options.settings;
    this.#scope = options.scope;
    this.#ledger = options.ledger;
    this.#onEvent = options.onEvent;
    this.#onControl = options.onControl;
    this.#send = options.send ?? ask;
    this.#inputTokens = options.inputTokens;
  }

  async run(): Promise<RoundResult> {
    const last = this.#routes.length - 1;
    for (let index = 0; ; index++) {
      const route = this.#routes[index] as Route;
      try {
        return await this.#onRoute(route, index === 0 ? "first" : "fallback", index < last);
      } catch (error) {
        if (index === last || this.#delivered || this.#scope.end !== undefined || !goesElsewhere(error))
          throw error;
      }
    }
  }

  /** What the call will probably need on its first route. */
  static need(route: Route, input: number, maxTokens: number | undefined): Need {
    // A bound the caller gave is what can be spent; without one, what is usual.
    const output = maxTokens ?? route.output.expect(undefined);
    const { price } = route;
    const usd = price === undefined ? undefined : (input * price.input + output * price.output) / 1e6;
    return { usd, tokens: input + output };
  }

  async #onRoute(route: Route, reason: Attempt["reason"], hasNext: boolean): Promise<RoundResult> {
    const { maxAttempts, baseDelay, maxDelay, hedgeAfter } = this.#settings;
    const { lane } = route;
    let failures = 0;
    let refusals = 0;
    let why = reason;
    lane.retries.deposit();
    for (;;) {
      let error: unknown;
      try {
        return hedgeAfter === undefined || this.#onEvent !== undefined
          ? await this.#attempt(route, why, { control: undefined, stopped: undefined }, undefined)
          : await this.#hedged(route, why, hedgeAfter);
      } catch (caught) {
        error = caught;
      }
      if (!(error instanceof LLMError)) throw error;
      if (this.#scope.end !== undefined) throw this.#endError(route, error);
      if (!error.retryable || this.#delivered) throw error;
      this.#lastError = error;
      if (error instanceof CircuitOpen) throw error;
      const refused = error instanceof RateLimited;
      if (refused) refusals++;
      else if (++failures >= maxAttempts) throw error;
      const asked = error.retryAfter ?? 0;
      if (asked >= this.#scope.left) throw error;
      if (refused && hasNext && (asked > FALLBACK_AFTER_MS || refusals > 1)) throw error;
      // A refusal is not a failure: the call waits for its turn before it gives up.
      const patience = this.#settings.patient ? Number.POSITIVE_INFINITY : performance.now() + BUDGET_WAIT_MS;
      while (!lane.payExtra()) {
        if (!refused || performance.now() > patience) throw error;
        await this.#sleep(route, BUDGET_POLL_MS);
      }
      why = "retry";
      // Full jitter (AWS Architecture Blog, 2015): callers that failed together do not return together.
      const backOff = Math.random() * Math.min(maxDelay, baseDelay * 2 ** (failures + refusals - 1));
      // The lane itself holds everyone back for what a refusal asked.
      await this.#sleep(route, refused && asked > 0 ? 0 : Math.max(backOff, asked));
    }
  }

  /** A second request when the first is slow; the first answer counts, the other request is closed. */
  async #hedged(route: Route, reason: Attempt["reason"], after: number): Promise<RoundResult> {
    const first: Running = { control: undefined, stopped: undefined };
    const second: Running = { control: undefined, stopped: undefined };
    const slow = this.#attempt(route, reason, first, undefined);
    let cancelTimer = (): void => {};
    const timer = new Promise<undefined>((resolve) => {
      const handle = setTimeout(resolve, after, undefined);
      cancelTimer = () => clearTimeout(handle);
    });
    const early = await Promise.race([slow, timer]).finally(cancelTimer);
    if (early !== undefined) return early;
    const permit = this.#scope.end === undefined ? route.lane.tryAcquire(this.#tokens(route)) : undefined;
    if (permit === undefined) return slow;
    if (!route.lane.payExtra()) {
      route.lane.settle(permit, { kind: "abandoned" }, 0);
      return slow;
    }
    const other = this.#attempt(route, "hedge", second, permit);
    const lost = new LLMAborted({ ...fieldsOf(route.engine), cause: "another attempt answered first" });
    const stopOther = (mine: Running) => (result: RoundResult) => {
      const loser = mine === first ? second : first;
      loser.stopped = lost;
      loser.control?.abort(lost);
      return result;
    };
    try {
      const result = await Promise.any([slow.then(stopOther(first)), other.then(stopOther(second))]);
      // The loser is booked before the winner is handed out, so that the attempts are complete.
      await Promise.allSettled([slow, other]);
      return result;
    } catch (error) {
      throw (error as AggregateError).errors[0];
    }
  }

  async #attempt(
    route: Route,
    reason: Attempt["reason"],
    running: Running,
    granted: Permit | undefined,
  ): Promise<RoundResult> {
    const { engine, lane } = route;
    const scope = this.#scope;
    if (scope.end !== undefined) throw this.#endError(route);
    const permit = granted ?? lane.tryAcquire(this.#tokens(route)) ?? (await this.#permit(route));
    const into = new Assembler();
    const streaming = this.#onEvent !== undefined;
    let sentAt = performance.now();
    let firstAt = 0;
    let status: number | undefined;
    let requestId: string | undefined;
    if (streaming) {
      into.onEvent = (event) => {
        if (firstAt === 0) firstAt = performance.now();
        this.#delivered = true;
        this.#onEvent?.(event);
      };
    }
    const off = scope.onStop(() => running.control?.abort(this.#stopError(route)));
    let error: unknown;
    try {
      await this.#send(engine, this.#requestFor(engine), {
        into,
        stream: streaming,
        idleTimeout: this.#settings.idleTimeout,
        onControl: (control) => {
          running.control = control;
          if (running.stopped !== undefined) control.abort(running.stopped);
          else this.#onControl?.(control);
        },
        onSent: () => {
          sentAt = performance.now();
          lane.markSent(permit);
        },
        onHead: (code, id) => {
          status = code;
          requestId = id;
          lane.markAnswered(permit);
          if (!streaming) firstAt = performance.now();
        },
        onRates: (report) => lane.report(permit, report),
      });
    } catch (caught) {
      error = caught;
    }
    off();
    const ended = performance.now();
    const { usage, estimated } = this.#usageOf(route, into, error, permit.sent);
    if (error === undefined && this.#request.maxTokens !== 0) route.output.observe(usage.output);
    lane.settle(permit, settlementOf(error), usage === NO_USAGE ? undefined : usage.input + usage.output);
    this.#ledger.record(route, {
      outcome: error === undefined ? "ok" : error instanceof LLMError ? error.code : "error",
      status,
      requestId,
      duration: ended - sentAt,
      usage,
      reportedCost: into.reportedCost,
      estimated,
      reason,
    });
    if (error !== undefined) {
      if (error instanceof LLMError && into.text !== "") error.partialText = into.text;
      throw error;
    }
    return {
      into,
      route,
      queued: sentAt - this.#started,
      firstToken: (firstAt === 0 ? ended : firstAt) - sentAt,
    };
  }

  /** The request in the words of this route: its model, and a schema in words where it takes no other. */
  #requestFor(engine: Engine): ChatRequest {
    const { output, messages } = this.#request;
    const inWords = output !== undefined && engine.structured === "json";
    if (!inWords && engine.model === this.#request.model) return this.#request;
    return {
      ...this.#request,
      model: engine.model,
      messages: inWords ? withSchemaInWords(messages, output.schema) : messages,
    };
  }

  /** What an attempt used: as reported, else as well as we can tell. */
  #usageOf(
    route: Route,
    into: Assembler,
    error: unknown,
    sent: boolean,
  ): { usage: Usage; estimated: boolean } {
    const reported = into.usage;
    if (reported !== undefined) return { usage: reported, estimated: false };
    const unknown = error === undefined || into.hasContent || (sent && isUnanswered(error));
    if (!unknown) return { usage: NO_USAGE, estimated: false };
    // Providers finish and bill an answer nobody waits for any more, unless they stream it.
    const streaming = this.#onEvent !== undefined;
    const output =
      into.hasContent || streaming
        ? tokensOfLength(into.length)
        : route.output.expect(this.#request.maxTokens);
    return {
      usage: Object.freeze({ input: this.#inputTokens, output, cached: 0, reasoning: 0 }),
      estimated: true,
    };
  }

  #tokens(route: Route): number {
    return this.#inputTokens + route.output.expect(this.#request.maxTokens);
  }

  #permit(route: Route): Promise<Permit> {
    const { lane, engine } = route;
    return new Promise((resolve, reject) => {
      const waiter = {
        tokens: this.#tokens(route),
        grant: (permit: Permit) => {
          off();
          resolve(permit);
        },
        refuse: (wait: number) => {
          if (this.#settings.patient) return false;
          off();
          const when = Number.isFinite(wait)
            ? `the next call is let through in ${Math.ceil(wait)} ms`
            : "one probe is out";
          const fields = { ...fieldsOf(engine), retryAfter: Number.isFinite(wait) ? wait : undefined };
          reject(new CircuitOpen(`the circuit is open after too many failures; ${when}`, fields));
          return true;
        },
      };
      const off = this.#scope.onStop(() => {
        off();
        lane.dequeue(waiter);
        reject(this.#endError(route));
      });
      lane.enqueue(waiter);
    });
  }

  async #sleep(route: Route, delay: number): Promise<void> {
    if (delay > 0) await this.#scope.sleep(delay);
    if (this.#scope.end !== undefined) throw this.#endError(route);
  }

  /** Why a running attempt is stopped. */
  #stopError(route: Route): LLMError {
    const { end } = this.#scope;
    if (end?.kind === "aborted") return new LLMAborted({ ...fieldsOf(route.engine), cause: end.reason });
    return new LLMTimeout("total", this.#settings.totalTimeout, {
      ...fieldsOf(route.engine),
      cause: this.#lastError,
    });
  }

  /** Why the call ended early. "Rate limited" says more than "no time left". */
  #endError(route: Route, stopped?: LLMError): LLMError {
    if (this.#scope.end?.kind === "deadline" && this.#lastError instanceof RateLimited)
      return this.#lastError;
    return stopped ?? this.#stopError(route);
  }
}
