/**
 * A call as its caller sees it: rounds with a model until there is an answer, with tools run in between
 * and a value read out of the end. One scope and one ledger hold for all of it.
 */
import { type AttemptControl, fieldsOf } from "./engines/index.js";
import { InvalidOutput, LLMAborted, LLMTimeout, ToolRoundsExceeded } from "./errors.js";
import { estimateInput } from "./estimate.js";
import type { Ledger } from "./ledger.js";
import type { ChatRequest, Message, Prompt, ToolCall, ToolChoice } from "./messages.js";
import { toMessages } from "./messages.js";
import type { Completion, StreamEvent, ToolRun } from "./response.js";
import { Round, type RoundResult, type RoundSettings } from "./round.js";
import type { Route } from "./route.js";
import type { AnySchema } from "./schema.js";
import type { Scope } from "./scope.js";
import { type OutputType, outputTypeOf, readOutput, repairPrompt } from "./structured.js";
import {
  type Approval,
  openToolbox,
  runTools,
  type Toolbox,
  type ToolLike,
  toolMessage,
} from "./tools/index.js";

/** What one call may say. */
export interface CallOptions<T = undefined> {
  /** Put before the prompt as a system message. */
  readonly system?: string;
  readonly tools?: ToolLike | readonly ToolLike[];
  readonly toolChoice?: ToolChoice;
  /** Rounds of tool calls before the call fails. @default 8 */
  readonly maxToolRounds?: number;
  /** Milliseconds one tool may take. @default 60_000 */
  readonly toolTimeout?: number;
  /** Asked before every tool call. */
  readonly approveTool?: (call: ToolCall) => Approval | Promise<Approval>;
  /** Schema of the answer: it comes checked in `value`. */
  readonly schema?: AnySchema<T> | OutputType<T>;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly reasoningEffort?: "low" | "medium" | "high";
  /** Fields merged into the provider's request body as they are. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole call. @default the client's `timeout.total` */
  readonly timeout?: number;
}

const DEFAULT_TOOL_ROUNDS = 8;
const DEFAULT_TOOL_TIMEOUT_MS = 60_000;
const NO_RUNS: readonly ToolRun[] = Object.freeze([]);

/** What a running conversation needs from its client. */
export interface ConversationParts {
  readonly settings: RoundSettings;
  readonly scope: Scope;
  readonly ledger: Ledger;
  readonly onEvent?: ((event: StreamEvent) => void) | undefined;
  readonly onControl?: ((control: AttemptControl) => void) | undefined;
}

export class Conversation<T> {
  /** The first request: later rounds only add messages. */
  readonly request: ChatRequest;
  readonly inputTokens: number;
  readonly #routes: readonly Route[];
  readonly #options: CallOptions<T>;
  readonly #toolbox: Toolbox;
  readonly #output: OutputType<T> | undefined;
  #parts!: ConversationParts;

  /** @throws InvalidOption for tools that cannot be offered. */
  constructor(prompt: Prompt, options: CallOptions<T>, routes: readonly Route[]) {
    this.#routes = routes;
    this.#options = options;
    this.#toolbox = openToolbox(options.tools);
    this.#output = options.schema === undefined ? undefined : outputTypeOf(options.schema);
    const { engine } = routes[0] as Route;
    let messages = toMessages(prompt);
    if (options.system !== undefined) messages = [{ role: "system", content: options.system }, ...messages];
    this.request = {
      model: engine.model,
      messages,
      tools: this.#toolbox.definitions,
      toolChoice: options.toolChoice,
      output:
        this.#output === undefined ? undefined : { name: this.#output.name, schema: this.#output.jsonSchema },
      maxTokens: options.maxTokens,
      temperature: options.temperature,
      topP: options.topP,
      stop: options.stop,
      seed: options.seed,
      reasoningEffort: options.reasoningEffort,
      extraBody: options.extraBody,
    };
    this.inputTokens = estimateInput(this.request);
  }

  async run(parts: ConversationParts): Promise<Completion<T>> {
    this.#parts = parts;
    const added: Message[] = [];
    const runs: ToolRun[] = [];
    let rounds = 0;
    let repaired = false;
    let queued = 0;
    for (;;) {
      const result = await this.#round(added);
      queued += result.queued;
      const { into, route } = result;
      const message = into.message();
      added.push(message);
      const calls = message.toolCalls ?? [];
      if (calls.length > 0 && this.#runs(calls)) {
        for (const toolCall of calls) this.#parts.onEvent?.({ type: "tool-call", toolCall });
        if (rounds >= (this.#options.maxToolRounds ?? DEFAULT_TOOL_ROUNDS)) {
          throw new ToolRoundsExceeded(rounds, { ...fieldsOf(route.engine), partialText: into.text });
        }
        rounds++;
        const round = await this.#runTools(calls, route);
        runs.push(...round);
        for (const run of round) added.push(toolMessage(run));
        continue;
      }
      for (const toolCall of calls) this.#parts.onEvent?.({ type: "tool-call", toolCall });
      if (this.#output === undefined || calls.length > 0) {
        return this.#completion(result, added, runs, queued, undefined as T);
      }
      const read = await readOutput(into.text, this.#output);
      if (read.ok) return this.#completion(result, added, runs, queued, read.value);
      if (repaired) {
        throw new InvalidOutput(read.issues, { ...fieldsOf(route.engine), partialText: into.text });
      }
      repaired = true;
      added.push(repairPrompt(read.issues));
    }
  }

  #round(added: readonly Message[]): Promise<RoundResult> {
    const { settings, scope, ledger, onEvent, onControl } = this.#parts;
    const isFirst = added.length === 0;
    const request = isFirst
      ? this.request
      : { ...this.request, messages: [...this.request.messages, ...added] };
    const inputTokens = isFirst ? this.inputTokens : estimateInput(request);
    const routes = this.#routes;
    return new Round({ routes, request, inputTokens, settings, scope, ledger, onEvent, onControl }).run();
  }

  /** Calls of functions that only the caller knows end the call; unknown names are the model's mistake. */
  #runs(calls: readonly ToolCall[]): boolean {
    const { runnable, definitions } = this.#toolbox;
    if (runnable.size === 0) return false;
    return calls.every(
      (call) => runnable.has(call.name) || !definitions.some((definition) => definition.name === call.name),
    );
  }

  async #runTools(calls: readonly ToolCall[], route: Route): Promise<ToolRun[]> {
    const { scope, onEvent, settings } = this.#parts;
    const runs = await runTools(calls, {
      toolbox: this.#toolbox,
      scope,
      timeout: this.#options.toolTimeout ?? DEFAULT_TOOL_TIMEOUT_MS,
      approve: this.#options.approveTool,
      onRun: onEvent && ((run) => onEvent({ type: "tool-result", run })),
    });
    if (scope.end?.kind === "aborted") {
      throw new LLMAborted({ ...fieldsOf(route.engine), cause: scope.end.reason });
    }
    if (scope.end !== undefined) throw new LLMTimeout("total", settings.totalTimeout, fieldsOf(route.engine));
    return runs;
  }

  #completion(
    result: RoundResult,
    added: readonly Message[],
    runs: readonly ToolRun[],
    queued: number,
    value: T,
  ): Completion<T> {
    const { into, route } = result;
    const { ledger, scope } = this.#parts;
    const message = added[added.length - 1] as Completion["message"];
    return Object.freeze({
      text: into.text,
      message,
      toolCalls: into.toolCalls,
      reasoning: into.reasoning,
      finishReason: into.finishReason ?? "other",
      usage: ledger.usage,
      cost: ledger.cost,
      attempts: Object.freeze(ledger.attempts),
      timings: Object.freeze({
        queued,
        firstToken: result.firstToken,
        total: performance.now() - scope.started,
      }),
      model: into.model === "" ? route.engine.model : into.model,
      provider: route.engine.provider,
      id: into.id,
      raw: into.raw,
      messages: Object.freeze(added),
      toolRuns: runs.length === 0 ? NO_RUNS : Object.freeze(runs),
      value,
    });
  }
}
