/** Anthropic, the messages protocol (version 2023-06-01). */
import type { Assembler } from "../assembler.js";
import type { ChatRequest, ContentPart, Message, ToolChoice } from "../messages.js";
import type { FinishReason } from "../response.js";
import {
  arrayOf,
  base64Of,
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

// The protocol demands a bound; this one suits every model since Claude 3.5.
const DEFAULT_MAX_TOKENS = 8192;
const THINKING_TOKENS = { low: 2_048, medium: 8_192, high: 24_576 };
/** The tool that carries a structured answer. */
const OUTPUT_TOOL = "respond";

export const anthropic: Provider = {
  name: "anthropic",
  baseUrl: "https://api.anthropic.com",
  keyVariables: ["ANTHROPIC_API_KEY"],
  keyRequired: true,
  structured: "tool",
  headers: (endpoint) => ({ "x-api-key": endpoint.apiKey, "anthropic-version": "2023-06-01" }),
  encode,
  decode,
  reader,
};

function encode(request: ChatRequest, stream: boolean): WireRequest {
  const system = request.messages.filter((message) => message.role === "system");
  const body: Record<string, unknown> = {
    model: request.model,
    max_tokens: request.maxTokens ?? DEFAULT_MAX_TOKENS,
    messages: encodeMessages(request.messages),
  };
  if (system.length > 0) body.system = system.map((message) => message.content).join("\n\n");
  if (stream) body.stream = true;
  if (request.temperature !== undefined) body.temperature = request.temperature;
  if (request.topP !== undefined) body.top_p = request.topP;
  if (request.stop !== undefined) body.stop_sequences = request.stop;
  const tools = request.tools.map((tool) => ({
    name: tool.name,
    description: tool.description,
    input_schema: tool.parameters,
  }));
  if (request.output !== undefined) {
    tools.push({ name: OUTPUT_TOOL, description: "Give the answer.", input_schema: request.output.schema });
    // With other tools on offer the model must stay free to call them first.
    body.tool_choice = request.tools.length > 0 ? { type: "any" } : { type: "tool", name: OUTPUT_TOOL };
  } else if (request.tools.length > 0 && request.toolChoice !== undefined) {
    body.tool_choice = encodeChoice(request.toolChoice);
  }
  if (tools.length > 0) body.tools = tools;
  // Extended thinking and a forced tool exclude one another.
  if (request.reasoningEffort !== undefined && request.output === undefined) {
    const budget = THINKING_TOKENS[request.reasoningEffort];
    body.thinking = { type: "enabled", budget_tokens: budget };
    body.max_tokens = Math.max(request.maxTokens ?? DEFAULT_MAX_TOKENS, budget + 1024);
  }
  if (request.extraBody !== undefined) Object.assign(body, request.extraBody);
  return { path: "/v1/messages", body };
}

function encodeChoice(choice: ToolChoice): unknown {
  if (typeof choice === "object") return { type: "tool", name: choice.name };
  return { type: choice === "required" ? "any" : choice };
}

interface Turn {
  role: "user" | "assistant";
  content: unknown[];
}

/** Results of tools are user content here, and turns must alternate: neighbours of one role are joined. */
function encodeMessages(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    const role = message.role === "assistant" ? "assistant" : "user";
    const last = turns[turns.length - 1];
    const content = encodeContent(message);
    if (last?.role === role) last.content.push(...content);
    else turns.push({ role, content });
  }
  return turns;
}

function encodeContent(message: Exclude<Message, { role: "system" }>): unknown[] {
  if (message.role === "tool") {
    return [
      {
        type: "tool_result",
        tool_use_id: message.toolCallId,
        content: message.content,
        ...(message.isError ? { is_error: true } : {}),
      },
    ];
  }
  if (message.role === "user") {
    return typeof message.content === "string"
      ? [{ type: "text", text: message.content }]
      : message.content.map(encodePart);
  }
  if (message.providerData?.provider === "anthropic") return [...arrayOf(message.providerData.content)];
  const content: unknown[] = message.content === "" ? [] : [{ type: "text", text: message.content }];
  for (const call of message.toolCalls ?? []) {
    content.push({ type: "tool_use", id: call.id, name: call.name, input: call.args ?? {} });
  }
  return content;
}

function encodePart(part: ContentPart): unknown {
  if (part.type === "text") return part;
  const source =
    "url" in part
      ? { type: "url", url: part.url }
      : { type: "base64", media_type: part.mediaType, data: base64Of(part.data) };
  return { type: "image", source };
}

function decode(value: unknown, into: Assembler): void {
  const body = objectOf(value);
  if (body.type === "error" || body.error) throw new ErrorInBody(body);
  if (!Array.isArray(body.content)) throw new MalformedBody("the answer has no content");
  into.raw = body;
  into.id = textOf(body.id);
  into.model = textOf(body.model);
  for (const [index, item] of body.content.entries()) {
    const block = objectOf(item);
    if (block.type === "text") into.addText(textOf(block.text));
    else if (block.type === "thinking") into.addReasoning(textOf(block.thinking));
    else if (block.type === "tool_use") {
      const args = JSON.stringify(block.input ?? {});
      if (block.name === OUTPUT_TOOL) into.addText(args);
      else into.addToolCall(index, { id: textOf(block.id), name: textOf(block.name), args });
    }
  }
  keepBlocks(body.content, into);
  readUsage(objectOf(body.usage), into);
  into.finishReason = finishReason(body.stop_reason, into);
  into.ended = true;
}

/** Signed thinking must go back unchanged while a tool round is open. */
function keepBlocks(blocks: readonly unknown[], into: Assembler): void {
  if (blocks.some((block) => textOf(objectOf(block).type).endsWith("thinking"))) {
    into.providerData = { provider: "anthropic", content: blocks };
  }
}

interface StreamedBlock {
  readonly block: Record<string, unknown>;
  isOutput: boolean;
  json: string;
}

function reader(into: Assembler): EventReader {
  const blocks = new Map<number, StreamedBlock>();
  return (_event, data) => {
    const body = parseEvent(data);
    switch (body.type) {
      case "content_block_delta": {
        const index = numberOf(body.index) ?? 0;
        const streamed = blocks.get(index);
        if (streamed !== undefined) readDelta(objectOf(body.delta), index, streamed, into);
        return;
      }
      case "content_block_start": {
        const index = numberOf(body.index) ?? 0;
        const block = { ...objectOf(body.content_block) };
        const isOutput = block.type === "tool_use" && block.name === OUTPUT_TOOL;
        blocks.set(index, { block, isOutput, json: "" });
        if (block.type === "tool_use" && !isOutput) {
          into.addToolCall(index, { id: textOf(block.id), name: textOf(block.name) });
        } else if (block.type === "text") into.addText(textOf(block.text));
        return;
      }
      case "message_start": {
        const message = objectOf(body.message);
        into.id = textOf(message.id);
        into.model = textOf(message.model);
        readUsage(objectOf(message.usage), into, false);
        return;
      }
      case "message_delta":
        into.raw = body;
        into.finishReason = finishReason(objectOf(body.delta).stop_reason, into);
        readUsage(objectOf(body.usage), into);
        return;
      case "message_stop":
        into.ended = true;
        keepBlocks(
          [...blocks.values()].map(({ block, json }) =>
            block.type === "tool_use" ? { ...block, input: parseInput(json) } : block,
          ),
          into,
        );
        return;
      case "error":
        throw new ErrorInBody(body);
    }
  };
}

function parseInput(json: string): unknown {
  try {
    return json === "" ? {} : JSON.parse(json);
  } catch {
    return {};
  }
}

function readDelta(
  delta: Record<string, unknown>,
  index: number,
  streamed: StreamedBlock,
  into: Assembler,
): void {
  const { block } = streamed;
  switch (delta.type) {
    case "text_delta": {
      const text = textOf(delta.text);
      block.text = textOf(block.text) + text;
      into.addText(text);
      return;
    }
    case "thinking_delta": {
      const text = textOf(delta.thinking);
      block.thinking = textOf(block.thinking) + text;
      into.addReasoning(text);
      return;
    }
    case "signature_delta":
      block.signature = textOf(block.signature) + textOf(delta.signature);
      return;
    case "input_json_delta": {
      const part = textOf(delta.partial_json);
      streamed.json += part;
      if (streamed.isOutput) into.addText(part);
      else into.addToolCall(index, { args: part });
    }
  }
}

/** Input is counted at the start of a stream, output at its end; cache reads are not part of `input_tokens`. */
function readUsage(usage: Record<string, unknown>, into: Assembler, final = true): void {
  const fresh = numberOf(usage.input_tokens);
  const cached = numberOf(usage.cache_read_input_tokens);
  const written = numberOf(usage.cache_creation_input_tokens) ?? 0;
  into.addUsage({
    input: fresh === undefined ? undefined : fresh + (cached ?? 0) + written,
    output: final ? numberOf(usage.output_tokens) : undefined,
    cached,
  });
}

function finishReason(value: unknown, into: Assembler): FinishReason {
  switch (value) {
    case "end_turn":
    case "stop_sequence":
      return "stop";
    case "max_tokens":
    case "model_context_window_exceeded":
      return "length";
    case "tool_use":
      return into.hasToolCalls ? "tool-calls" : "stop";
    case "refusal":
      return "content-filter";
    default:
      return "other";
  }
}
