/**
 * The chat completions protocol of OpenAI, spoken by most providers and local servers. What differs
 * between them is data (`ChatQuirks`), not code.
 */
import type { Assembler, ReportedUsage } from "../assembler.js";
import type { ChatRequest, ContentPart, Message, ToolChoice } from "../messages.js";
import type { FinishReason } from "../response.js";
import {
  arrayOf,
  base64Of,
  type EmbedRequest,
  type EmbedResult,
  type Endpoint,
  ErrorInBody,
  type EventReader,
  MalformedBody,
  numberOf,
  objectOf,
  type Provider,
  parseEvent,
  type StructuredMode,
  textOf,
  type WireRequest,
} from "./provider.js";

/** How one provider differs from OpenAI. */
export interface ChatQuirks {
  readonly name: string;
  readonly baseUrl: string;
  readonly keyVariables: readonly string[];
  /** @default true */
  readonly keyRequired?: boolean;
  /** Name of the field that bounds the answer. @default "max_tokens" */
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens";
  /** Must be asked to report usage in a stream. @default true */
  readonly streamOptions?: boolean;
  /** @default "schema" */
  readonly structured?: StructuredMode;
  /** What `required` is called. @default "required" */
  readonly requiredToolChoice?: "required" | "any";
  /** Name of the seed field; left out: seeds are not taken. */
  readonly seedField?: "seed" | "random_seed" | undefined;
  /** Takes `reasoning_effort`. @default true */
  readonly reasoningEffort?: boolean;
  /** More request headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields every request body gets. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** A provider that speaks chat completions. */
export function chatProvider(quirks: ChatQuirks): Provider {
  return {
    name: quirks.name,
    baseUrl: quirks.baseUrl,
    keyVariables: quirks.keyVariables,
    keyRequired: quirks.keyRequired ?? true,
    structured: quirks.structured ?? "schema",
    headers: (endpoint: Endpoint) => ({
      ...quirks.headers,
      ...(endpoint.apiKey === "" ? {} : { authorization: `Bearer ${endpoint.apiKey}` }),
    }),
    encode: (request, stream) => encodeChat(request, stream, quirks),
    decode: decodeChat,
    reader: chatReader,
    encodeEmbed: encodeEmbeddings,
    decodeEmbed: decodeEmbeddings,
  };
}

function encodeChat(request: ChatRequest, stream: boolean, quirks: ChatQuirks): WireRequest {
  const body: Record<string, unknown> = {
    model: request.model,
    messages: request.messages.map(encodeMessage),
    ...quirks.body,
  };
  if (stream) {
    body.stream = true;
    if (quirks.streamOptions ?? true) body.stream_options = { include_usage: true };
  }
  if (request.maxTokens !== undefined) body[quirks.maxTokensField ?? "max_tokens"] = request.maxTokens;
  if (request.temperature !== undefined) body.temperature = request.temperature;
  if (request.topP !== undefined) body.top_p = request.topP;
  if (request.stop !== undefined) body.stop = request.stop;
  if (request.seed !== undefined && quirks.seedField !== undefined) body[quirks.seedField] = request.seed;
  if (request.reasoningEffort !== undefined && (quirks.reasoningEffort ?? true)) {
    body.reasoning_effort = request.reasoningEffort;
  }
  if (request.tools.length > 0) {
    body.tools = request.tools.map((tool) => ({ type: "function", function: tool }));
    if (request.toolChoice !== undefined) body.tool_choice = encodeChoice(request.toolChoice, quirks);
  }
  if (request.output !== undefined) {
    body.response_format =
      (quirks.structured ?? "schema") === "schema"
        ? {
            type: "json_schema",
            json_schema: { name: request.output.name, schema: request.output.schema, strict: true },
          }
        : { type: "json_object" };
  }
  if (request.extraBody !== undefined) Object.assign(body, request.extraBody);
  return { path: "/chat/completions", body };
}

function encodeChoice(choice: ToolChoice, quirks: ChatQuirks): unknown {
  if (typeof choice === "object") return { type: "function", function: { name: choice.name } };
  return choice === "required" ? (quirks.requiredToolChoice ?? "required") : choice;
}

function encodeMessage(message: Message): unknown {
  switch (message.role) {
    case "system":
      return message;
    case "user":
      return typeof message.content === "string"
        ? message
        : { role: "user", content: message.content.map(encodePart) };
    case "assistant":
      if (message.toolCalls === undefined) return { role: "assistant", content: message.content };
      return {
        role: "assistant",
        content: message.content === "" ? null : message.content,
        tool_calls: message.toolCalls.map((call) => ({
          id: call.id,
          type: "function",
          function: { name: call.name, arguments: call.argsText === "" ? "{}" : call.argsText },
        })),
      };
    case "tool":
      return { role: "tool", tool_call_id: message.toolCallId, content: message.content };
  }
}

function encodePart(part: ContentPart): unknown {
  if (part.type === "text") return part;
  const url = "url" in part ? part.url : `data:${part.mediaType};base64,${base64Of(part.data)}`;
  return { type: "image_url", image_url: { url } };
}

function decodeChat(value: unknown, into: Assembler): void {
  const body = objectOf(value);
  const choice = objectOf(arrayOf(body.choices)[0]);
  if (body.error || choice.error) throw new ErrorInBody(body.error ? body : choice);
  const message = choice.message;
  if (typeof message !== "object" || message === null) throw new MalformedBody("the answer has no choices");
  into.raw = body;
  into.id = textOf(body.id);
  into.model = textOf(body.model);
  readDelta(message as Record<string, unknown>, into);
  into.finishReason = finishReason(choice.finish_reason);
  readUsage(body, into);
  into.ended = true;
}

/** One reader a stream: holds nothing but the assembler. */
function chatReader(into: Assembler): EventReader {
  return (_event, data) => {
    if (data === "[DONE]") {
      into.ended = true;
      return;
    }
    const body = parseEvent(data);
    if (body.error) throw new ErrorInBody(body);
    if (into.id === "") {
      into.id = textOf(body.id);
      into.model = textOf(body.model);
    }
    const choice = arrayOf(body.choices)[0] as Record<string, unknown> | undefined;
    if (choice !== undefined && choice !== null) {
      if (choice.error) throw new ErrorInBody(choice);
      const delta = choice.delta;
      if (typeof delta === "object" && delta !== null) readDelta(delta as Record<string, unknown>, into);
      if (choice.finish_reason) {
        into.finishReason = finishReason(choice.finish_reason);
        into.raw = body;
      }
    }
    if (body.usage || body.x_groq) {
      into.raw = body;
      readUsage(body, into);
    }
  };
}

/** A whole message and a delta have the same fields. */
function readDelta(delta: Record<string, unknown>, into: Assembler): void {
  const content = delta.content;
  if (typeof content === "string") into.addText(content);
  else if (Array.isArray(content)) readParts(content, into);
  // DeepSeek, vLLM and xAI say reasoning_content; OpenRouter, Groq and Cerebras say reasoning.
  const reasoning = delta.reasoning_content ?? delta.reasoning;
  if (typeof reasoning === "string") into.addReasoning(reasoning);
  if (typeof delta.refusal === "string") into.refusal += delta.refusal;
  const calls = delta.tool_calls;
  if (!Array.isArray(calls)) return;
  for (const [position, value] of calls.entries()) {
    const call = objectOf(value);
    const target = objectOf(call.function);
    const args = target.arguments;
    into.addToolCall(numberOf(call.index) ?? position, {
      id: textOf(call.id),
      name: textOf(target.name),
      // Ollama's older versions send the arguments as an object.
      args: typeof args === "object" && args !== null ? JSON.stringify(args) : textOf(args),
    });
  }
}

/** Mistral's reasoning models send a list of typed parts in place of a text. */
function readParts(parts: readonly unknown[], into: Assembler): void {
  for (const value of parts) {
    const part = objectOf(value);
    if (part.type === "text") into.addText(textOf(part.text));
    else if (part.type === "thinking") {
      for (const thought of arrayOf(part.thinking)) into.addReasoning(textOf(objectOf(thought).text));
    }
  }
}

function readUsage(body: Record<string, unknown>, into: Assembler): void {
  const usage = objectOf(body.usage ?? objectOf(body.x_groq).usage);
  if (usage.prompt_tokens === undefined && usage.completion_tokens === undefined) return;
  const reported: ReportedUsage = {
    input: numberOf(usage.prompt_tokens),
    output: numberOf(usage.completion_tokens) ?? 0,
    cached:
      numberOf(objectOf(usage.prompt_tokens_details).cached_tokens) ??
      numberOf(usage.prompt_cache_hit_tokens),
    reasoning: numberOf(objectOf(usage.completion_tokens_details).reasoning_tokens),
  };
  into.addUsage(reported);
  if (typeof usage.cost === "number") into.reportedCost = usage.cost;
}

function finishReason(value: unknown): FinishReason {
  switch (value) {
    case "stop":
    case "eos":
      return "stop";
    case "length":
    case "model_length":
    case "max_tokens":
      return "length";
    case "tool_calls":
    case "function_call":
      return "tool-calls";
    case "content_filter":
      return "content-filter";
    default:
      return "other";
  }
}

function encodeEmbeddings(request: EmbedRequest): WireRequest {
  const body: Record<string, unknown> = { model: request.model, input: request.texts, ...request.extraBody };
  if (request.dimensions !== undefined) body.dimensions = request.dimensions;
  return { path: "/embeddings", body };
}

function decodeEmbeddings(value: unknown): EmbedResult {
  const body = objectOf(value);
  if (body.error) throw new ErrorInBody(body);
  const rows = arrayOf(body.data).map(objectOf);
  // The protocol allows any order and gives the index.
  const vectors: (readonly number[])[] = [];
  for (const [position, row] of rows.entries()) {
    vectors[numberOf(row.index) ?? position] = arrayOf(row.embedding) as readonly number[];
  }
  return { vectors, inputTokens: numberOf(objectOf(body.usage).prompt_tokens) };
}
