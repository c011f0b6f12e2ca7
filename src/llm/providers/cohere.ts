/** Cohere, chat version 2. */
import type { Assembler } from "../assembler.js";
import type { ChatRequest, ContentPart, Message } from "../messages.js";
import type { FinishReason } from "../response.js";
import {
  arrayOf,
  base64Of,
  type EmbedRequest,
  type EmbedResult,
  ErrorInBody,
  type EventReader,
  MalformedBody,
  numberOf,
  objectOf,
  type Provider,
  parseEvent,
  textOf,
  type WireRequest,
} from "./provider.js";

export const cohere: Provider = {
  name: "cohere",
  baseUrl: "https://api.cohere.com",
  keyVariables: ["COHERE_API_KEY", "CO_API_KEY"],
  keyRequired: true,
  structured: "schema",
  headers: (endpoint) => ({ authorization: `Bearer ${endpoint.apiKey}` }),
  encode,
  decode,
  reader,
  encodeEmbed,
  decodeEmbed,
};

function encode(request: ChatRequest, stream: boolean): WireRequest {
  const body: Record<string, unknown> = {
    model: request.model,
    messages: request.messages.map(encodeMessage),
    // v2 refuses a request without this field.
    stream,
  };
  if (request.maxTokens !== undefined) body.max_tokens = request.maxTokens;
  if (request.temperature !== undefined) body.temperature = request.temperature;
  if (request.topP !== undefined) body.p = request.topP;
  if (request.stop !== undefined) body.stop_sequences = request.stop;
  if (request.seed !== undefined) body.seed = request.seed;
  if (request.tools.length > 0) {
    body.tools = offered(request).map((tool) => ({ type: "function", function: tool }));
    if (request.toolChoice === "none") body.tool_choice = "NONE";
    else if (request.toolChoice !== undefined && request.toolChoice !== "auto") body.tool_choice = "REQUIRED";
  }
  if (request.output !== undefined) {
    body.response_format = { type: "json_object", json_schema: request.output.schema };
  }
  if (request.extraBody !== undefined) Object.assign(body, request.extraBody);
  return { path: "/v2/chat", body };
}

/** One tool cannot be demanded by name; offering only that one comes to the same. */
function offered(request: ChatRequest): ChatRequest["tools"] {
  const choice = request.toolChoice;
  return typeof choice === "object"
    ? request.tools.filter((tool) => tool.name === choice.name)
    : request.tools;
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
        ...(message.content === "" ? {} : { tool_plan: message.content }),
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

function decode(value: unknown, into: Assembler): void {
  const body = objectOf(value);
  const message = body.message;
  // An error body has a text where an answer has an object.
  if (typeof message === "string") throw new ErrorInBody(body);
  if (typeof message !== "object" || message === null) throw new MalformedBody("the answer has no message");
  const { content, tool_calls: calls } = message as Record<string, unknown>;
  into.raw = body;
  into.id = textOf(body.id);
  for (const part of arrayOf(content)) readPart(objectOf(part), into);
  for (const [index, call] of arrayOf(calls).entries()) readCall(index, objectOf(call), into);
  into.finishReason = finishReason(body.finish_reason);
  readUsage(body.usage, into);
  into.ended = true;
}

function readPart(part: Record<string, unknown>, into: Assembler): void {
  if (typeof part.thinking === "string") into.addReasoning(part.thinking);
  if (typeof part.text === "string") into.addText(part.text);
}

function readCall(index: number, call: Record<string, unknown>, into: Assembler): void {
  const target = objectOf(call.function);
  into.addToolCall(index, { id: textOf(call.id), name: textOf(target.name), args: textOf(target.arguments) });
}

function reader(into: Assembler): EventReader {
  return (_event, data) => {
    if (data === "[DONE]") return;
    const body = parseEvent(data);
    const delta = objectOf(body.delta);
    const message = objectOf(delta.message);
    switch (body.type) {
      case "message-start":
        into.id = textOf(body.id);
        return;
      case "content-start":
      case "content-delta":
        readPart(objectOf(message.content), into);
        return;
      case "tool-call-start":
      case "tool-call-delta":
        readCall(numberOf(body.index) ?? 0, objectOf(message.tool_calls), into);
        return;
      case "message-end":
        into.raw = body;
        // An answer that failed on the way ends like any other, with a reason.
        if (delta.finish_reason === "ERROR") throw new ErrorInBody({ message: delta.error ?? "ERROR" });
        into.finishReason = finishReason(delta.finish_reason);
        readUsage(delta.usage, into);
        into.ended = true;
        return;
      default:
        if (body.type === undefined && body.message !== undefined) throw new ErrorInBody(body);
    }
  };
}

function readUsage(value: unknown, into: Assembler): void {
  const usage = objectOf(value);
  // `tokens` is everything the model saw, `billed_units` what is paid for.
  const counted = objectOf(usage.billed_units ?? usage.tokens);
  into.addUsage({
    input: numberOf(counted.input_tokens),
    output: numberOf(counted.output_tokens),
    cached: numberOf(usage.cached_tokens),
  });
}

function finishReason(value: unknown): FinishReason {
  switch (value) {
    case "COMPLETE":
    case "STOP_SEQUENCE":
      return "stop";
    case "MAX_TOKENS":
      return "length";
    case "TOOL_CALL":
      return "tool-calls";
    case "ERROR_TOXIC":
      return "content-filter";
    default:
      return "other";
  }
}

function encodeEmbed(request: EmbedRequest): WireRequest {
  return {
    path: "/v2/embed",
    body: {
      model: request.model,
      texts: request.texts,
      input_type: "search_document",
      embedding_types: ["float"],
      ...(request.dimensions === undefined ? {} : { output_dimension: request.dimensions }),
      ...request.extraBody,
    },
  };
}

function decodeEmbed(value: unknown): EmbedResult {
  const body = objectOf(value);
  if (typeof body.message === "string") throw new ErrorInBody(body);
  return {
    vectors: arrayOf(objectOf(body.embeddings).float) as readonly (readonly number[])[],
    inputTokens: numberOf(objectOf(objectOf(body.meta).billed_units).input_tokens),
  };
}
