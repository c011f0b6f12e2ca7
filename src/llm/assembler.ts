/**
 * Where a provider file puts what it reads: the one place that turns deltas into an answer, with or
 * without streaming.
 */
import type { AssistantMessage, ToolCall } from "./messages.js";
import type { FinishReason, StreamEvent, Usage } from "./response.js";

interface ToolCallInParts {
  id: string;
  name: string;
  argsText: string;
}

/** What a provider counted; fields it does not report stay undefined. */
export interface ReportedUsage {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cached?: number | undefined;
  readonly reasoning?: number | undefined;
}

const NO_MESSAGE_DATA = Object.freeze({});

export class Assembler {
  text = "";
  reasoning = "";
  id = "";
  model = "";
  finishReason: FinishReason | undefined;
  raw: unknown;
  providerData: AssistantMessage["providerData"];
  /** A refusal or filter note of the provider. */
  refusal = "";
  /** Set by the provider file when the protocol's own end mark was seen. */
  ended = false;
  /** US dollars, from providers that say what they charge (OpenRouter). */
  reportedCost: number | undefined;
  onEvent: ((event: StreamEvent) => void) | undefined;

  #tools: Map<number | string, ToolCallInParts> | undefined;
  #usage: ReportedUsage | undefined;

  addText(text: string): void {
    if (text === "") return;
    this.text += text;
    this.onEvent?.({ type: "text", text });
  }

  addReasoning(text: string): void {
    if (text === "") return;
    this.reasoning += text;
    this.onEvent?.({ type: "reasoning", text });
  }

  /**
   * A tool call or a part of one.
   * @param key what ties the parts of one call together: its index or item id.
   */
  addToolCall(key: number | string, part: { id?: string; name?: string; args?: string }): void {
    this.#tools ??= new Map();
    let call = this.#tools.get(key);
    if (call === undefined) {
      call = { id: "", name: "", argsText: "" };
      this.#tools.set(key, call);
    }
    if (part.id) call.id = part.id;
    if (part.name) call.name = part.name;
    if (part.args) call.argsText += part.args;
  }

  /** Later reports complete earlier ones: Anthropic counts input at the start and output at the end. */
  addUsage(usage: ReportedUsage): void {
    if (this.#usage === undefined) {
      this.#usage = usage;
      return;
    }
    this.#usage = {
      input: usage.input ?? this.#usage.input,
      output: usage.output ?? this.#usage.output,
      cached: usage.cached ?? this.#usage.cached,
      reasoning: usage.reasoning ?? this.#usage.reasoning,
    };
  }

  get hasContent(): boolean {
    return this.text !== "" || this.reasoning !== "" || this.#tools !== undefined;
  }

  get hasToolCalls(): boolean {
    return this.#tools !== undefined;
  }

  /** Characters written so far, for an estimate when the provider reports nothing. */
  get length(): number {
    let length = this.text.length + this.reasoning.length;
    for (const call of this.#tools?.values() ?? []) length += call.argsText.length;
    return length;
  }

  /** What the provider counted, or undefined when it did not say how much it wrote. */
  get usage(): Usage | undefined {
    const usage = this.#usage;
    if (usage?.output === undefined) return undefined;
    return Object.freeze({
      input: usage.input ?? 0,
      output: usage.output,
      cached: usage.cached ?? 0,
      reasoning: usage.reasoning ?? 0,
    });
  }

  get toolCalls(): readonly ToolCall[] {
    if (this.#tools === undefined) return NO_TOOL_CALLS;
    const calls: ToolCall[] = [];
    for (const [key, call] of this.#tools) {
      // Gemini and some local servers give no identifier; rounds need one to match the result.
      const id = call.id === "" ? `call_${key}` : call.id;
      calls.push(
        Object.freeze({ id, name: call.name, args: parseArgs(call.argsText), argsText: call.argsText }),
      );
    }
    return Object.freeze(calls);
  }

  message(): AssistantMessage {
    return Object.freeze({
      role: "assistant" as const,
      content: this.text,
      ...(this.#tools !== undefined ? { toolCalls: this.toolCalls } : NO_MESSAGE_DATA),
      ...(this.providerData === undefined ? NO_MESSAGE_DATA : { providerData: this.providerData }),
    });
  }
}

const NO_TOOL_CALLS: readonly ToolCall[] = Object.freeze([]);

function parseArgs(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
