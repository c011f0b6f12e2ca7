/** Google Gemini, generateContent (v1beta). */
import type { Assembler } from "../assembler.js";
import type { ChatRequest, ContentPart, Message, ToolChoice } from "../messages.js";
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

const THINKING_TOKENS = { low: 1_024, medium: 8_192, high: 24_576 };

export const gemini: Provider = {
  name: "gemini",
  baseUrl: "https://generativelanguage.googleapis.com/v1beta",
  keyVariables: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
  keyRequired: true,
  structured: "schema",
  headers: (endpoint) => ({ "x-goog-api-key": endpoint.apiKey }),
  encode,
  decode,
  reader,
  encodeEmbed,
  decodeEmbed,
};

function encode(request: ChatRequest, stream: boolean): WireRequest {
  const system = request.messages.filter((message) => message.role === "system");
  const config: Record<string, unknown> = {};
  if (request.maxTokens !== undefined) config.maxOutputTokens = request.maxTokens;
  if (request.temperature !== undefined) config.temperature = request.temperature;
  if (request.topP !== undefined) config.topP = request.topP;
  if (request.stop !== undefined) config.stopSequences = request.stop;
  if (request.seed !== undefined) config.seed = request.seed;
  if (request.reasoningEffort !== undefined) {
    config.thinkingConfig = {
      thinkingBudget: THINKING_TOKENS[request.reasoningEffort],
      includeThoughts: true,
    };
  }
  if (request.output !== undefined) {
    config.responseMimeType = "application/json";
    config.responseJsonSchema = request.output.schema;
  }
  const body: Record<string, unknown> = { contents: encodeMessages(request.messages) };
  if (system.length > 0) body.systemInstruction = { parts: system.map(({ content }) => ({ text: content })) };
  if (Object.keys(config).length > 0) body.generationConfig = config;
  if (request.tools.length > 0) {
    body.tools = [
      {
        functionDeclarations: request.tools.map((tool) => ({
          name: tool.name,
          description: tool.description,
          parametersJsonSchema: tool.parameters,
        })),
      },
    ];
    if (request.toolChoice !== undefined) {
      body.toolConfig = { functionCallingConfig: encodeChoice(request.toolChoice) };
    }
  }
  if (request.extraBody !== undefined) Object.assign(body, request.extraBody);
  const model = modelPath(request.model);
  return {
    path: stream ? `/${model}:streamGenerateContent?alt=sse` : `/${model}:generateContent`,
    body,
  };
}

/** Models are path segments here, so their name must not be able to leave its place. */
function modelPath(model: string): string {
  const name = model.startsWith("models/") || model.startsWith("tunedModels/") ? model : `models/${model}`;
  return name.split("/").map(encodeURIComponent).join("/");
}

function encodeChoice(choice: ToolChoice): unknown {
  if (typeof choice === "object") return { mode: "ANY", allowedFunctionNames: [choice.name] };
  return { mode: { auto: "AUTO", required: "ANY", none: "NONE" }[choice] };
}

interface Turn {
  role: "user" | "model";
  parts: unknown[];
}

function encodeMessages(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    const role = message.role === "assistant" ? "model" : "user";
    const parts = encodeParts(message);
    const last = turns[turns.length - 1];
    // All results of one round must be in one turn.
    if (last?.role === role) last.parts.push(...parts);
    else turns.push({ role, parts });
  }
  return turns;
}

function encodeParts(message: Exclude<Message, { role: "system" }>): unknown[] {
  if (message.role === "tool") {
    const response = message.isError ? { error: message.content } : { output: message.content };
    return [{ functionResponse: { name: message.name, response } }];
  }
  if (message.role === "user") {
    return typeof message.content === "string"
      ? [{ text: message.content }]
      : message.content.map(encodePart);
  }
  if (message.providerData?.provider === "gemini") return [...arrayOf(message.providerData.content)];
  const parts: unknown[] = message.content === "" ? [] : [{ text: message.content }];
  for (const call of message.toolCalls ?? []) {
    parts.push({ functionCall: { name: call.name, args: call.args ?? {} } });
  }
  return parts;
}

function encodePart(part: ContentPart): unknown {
  if (part.type === "text") return { text: part.text };
  return "url" in part
    ? { fileData: { fileUri: part.url } }
    : { inlineData: { mimeType: part.mediaType, data: base64Of(part.data) } };
}

function decode(value: unknown, into: Assembler): void {
  const body = objectOf(value);
  if (body.error) throw new ErrorInBody(body);
  if (!Array.isArray(body.candidates) && body.promptFeedback === undefined) {
    throw new MalformedBody("the answer has no candidates");
  }
  read(body, into, []);
  into.finishReason ??= "other";
  into.ended = true;
}

function reader(into: Assembler): EventReader {
  const parts: unknown[] = [];
  return (_event, data) => {
    const body = parseEvent(data);
    if (body.error) throw new ErrorInBody(body);
    read(body, into, parts);
    // There is no end mark: the event with a finish reason is the last that counts.
    if (into.finishReason !== undefined) into.ended = true;
  };
}

function read(body: Record<string, unknown>, into: Assembler, seen: unknown[]): void {
  into.raw = body;
  if (into.id === "") into.id = textOf(body.responseId);
  if (into.model === "") into.model = textOf(body.modelVersion);
  const blocked = objectOf(body.promptFeedback).blockReason;
  if (blocked) {
    into.refusal = textOf(blocked);
    into.finishReason = "content-filter";
  }
  const candidate = objectOf(arrayOf(body.candidates)[0]);
  for (const value of arrayOf(objectOf(candidate.content).parts)) {
    const part = objectOf(value);
    if (part.thought === true) {
      into.addReasoning(textOf(part.text));
      continue;
    }
    seen.push(part);
    const text = part.text;
    if (typeof text === "string") into.addText(text);
    const call = part.functionCall;
    if (typeof call === "object" && call !== null) {
      const { id, name, args } = call as Record<string, unknown>;
      into.addToolCall(seen.length - 1, {
        id: textOf(id),
        name: textOf(name),
        args: JSON.stringify(args ?? {}),
      });
    }
  }
  if (candidate.finishReason) {
    into.finishReason = finishReason(candidate.finishReason, into);
    // Thought signatures sit beside the parts and are checked in the next round.
    if (seen.some((part) => objectOf(part).thoughtSignature !== undefined)) {
      into.providerData = { provider: "gemini", content: seen };
    }
  }
  const usage = objectOf(body.usageMetadata);
  if (usage.promptTokenCount !== undefined) {
    const reasoning = numberOf(usage.thoughtsTokenCount);
    into.addUsage({
      input: numberOf(usage.promptTokenCount),
      output: (numberOf(usage.candidatesTokenCount) ?? 0) + (reasoning ?? 0),
      cached: numberOf(usage.cachedContentTokenCount),
      reasoning,
    });
  }
}

function finishReason(value: unknown, into: Assembler): FinishReason {
  switch (value) {
    case "STOP":
      return into.hasToolCalls ? "tool-calls" : "stop";
    case "MAX_TOKENS":
      return "length";
    case "SAFETY":
    case "RECITATION":
    case "BLOCKLIST":
    case "PROHIBITED_CONTENT":
    case "SPII":
    case "IMAGE_SAFETY":
      return "content-filter";
    default:
      return "other";
  }
}

function encodeEmbed(request: EmbedRequest): WireRequest {
  const model = modelPath(request.model);
  return {
    path: `/${model}:batchEmbedContents`,
    body: {
      requests: request.texts.map((text) => ({
        model: decodeURIComponent(model),
        content: { parts: [{ text }] },
        ...(request.dimensions === undefined ? {} : { outputDimensionality: request.dimensions }),
      })),
      ...request.extraBody,
    },
  };
}

function decodeEmbed(value: unknown): EmbedResult {
  const body = objectOf(value);
  if (body.error) throw new ErrorInBody(body);
  return {
    vectors: arrayOf(body.embeddings).map((row) => arrayOf(objectOf(row).values) as readonly number[]),
    inputTokens: undefined,
  };
}
