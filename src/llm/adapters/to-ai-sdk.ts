/** A client of ours as a model of the AI SDK: `generateText({ model: toAiSdk(llm), … })`. */
import type { LLM } from "../client.js";
import type { CallOptions } from "../conversation.js";
import type { ContentPart, JsonSchema, Message, ToolCall, ToolDefinition, ToolMessage } from "../messages.js";
import type { Completion, FinishReason, Usage } from "../response.js";
import type { OutputType } from "../structured.js";
import type {
  SdkCallOptions,
  SdkContent,
  SdkFinishReason,
  SdkGenerateResult,
  SdkMessage,
  SdkModel,
  SdkStreamPart,
  SdkToolCall,
  SdkToolResultPart,
  SdkUsage,
} from "./ai-sdk-types.js";

/** The model; its retries, limits and budget are the client's, so give the AI SDK `maxRetries: 0`. */
export function toAiSdk(llm: LLM): SdkModel {
  return {
    specificationVersion: "v3",
    provider: `nogil.${llm.provider}`,
    modelId: llm.model,
    // Pictures by address go to the provider as they are.
    supportedUrls: { "image/*": [/^https?:\/\//] },
    doGenerate: async (options) =>
      generateResult(await llm.complete(options.prompt.flatMap(messagesOf), callOptions(options))),
    doStream: async (options) => ({ stream: streamOf(llm, options) }),
  };
}

function callOptions(options: SdkCallOptions): CallOptions<unknown> {
  const { responseFormat, toolChoice } = options;
  return {
    ...(options.maxOutputTokens === undefined ? {} : { maxTokens: options.maxOutputTokens }),
    ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
    ...(options.topP === undefined ? {} : { topP: options.topP }),
    ...(options.stopSequences === undefined ? {} : { stop: options.stopSequences }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.abortSignal === undefined ? {} : { signal: options.abortSignal }),
    ...(options.tools === undefined ? {} : { tools: options.tools.flatMap(definitionOf) }),
    ...(toolChoice === undefined
      ? {}
      : { toolChoice: toolChoice.type === "tool" ? { name: toolChoice.toolName } : toolChoice.type }),
    ...(responseFormat?.type === "json" && responseFormat.schema !== undefined
      ? { schema: uncheckedOutput(responseFormat.schema, responseFormat.name) }
      : {}),
  };
}

/** The AI SDK checks values itself; only that it is JSON is seen to here. */
function uncheckedOutput(schema: object, name = "answer"): OutputType<unknown> {
  return { name, jsonSchema: schema as JsonSchema, validate: (value) => ({ ok: true, value }) };
}

function definitionOf(tool: NonNullable<SdkCallOptions["tools"]>[number]): ToolDefinition[] {
  if (tool.type !== "function") return [];
  const { name, description, inputSchema } = tool;
  const parameters = inputSchema as JsonSchema;
  return [description === undefined ? { name, parameters } : { name, description, parameters }];
}

function messagesOf(message: SdkMessage): Message[] {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: message.content }];
    case "user":
      return [{ role: "user", content: userContent(message.content) }];
    case "tool":
      return message.content.flatMap((part) => (part.type === "tool-result" ? [toolMessageOf(part)] : []));
    case "assistant": {
      const text = message.content.map((part) => (part.type === "text" ? part.text : "")).join("");
      const toolCalls = message.content.flatMap((part): ToolCall[] =>
        part.type === "tool-call"
          ? [
              {
                id: part.toolCallId,
                name: part.toolName,
                args: part.input,
                argsText: JSON.stringify(part.input),
              },
            ]
          : [],
      );
      return [{ role: "assistant", content: text, ...(toolCalls.length > 0 ? { toolCalls } : {}) }];
    }
  }
}

/** Text alone stays a text: some servers take nothing else. */
function userContent(parts: Extract<SdkMessage, { role: "user" }>["content"]): string | ContentPart[] {
  return parts.every((part) => part.type === "text")
    ? parts.map((part) => part.text).join("\n")
    : parts.map(partOf);
}

function partOf(part: Extract<SdkMessage, { role: "user" }>["content"][number]): ContentPart {
  if (part.type === "text") return { type: "text", text: part.text };
  if (part.data instanceof URL) return { type: "image", url: part.data.href };
  return {
    type: "image",
    data: part.data,
    mediaType: part.mediaType === "image/*" ? "image/png" : part.mediaType,
  };
}

function toolMessageOf(part: SdkToolResultPart): ToolMessage {
  const { type, value, reason } = part.output;
  const content = typeof value === "string" ? value : JSON.stringify(value ?? reason ?? null);
  const isError = type.startsWith("error") || type === "execution-denied";
  return {
    role: "tool",
    toolCallId: part.toolCallId,
    name: part.toolName,
    content,
    ...(isError ? { isError } : {}),
  };
}

function generateResult(answer: Completion<unknown>): SdkGenerateResult {
  const content: SdkContent[] = [];
  if (answer.reasoning !== "") content.push({ type: "reasoning", text: answer.reasoning });
  if (answer.text !== "") content.push({ type: "text", text: answer.text });
  content.push(...answer.toolCalls.map(toolCallOf));
  return {
    content,
    finishReason: finishOf(answer.finishReason),
    usage: usageOf(answer.usage),
    warnings: [],
    response: { id: answer.id, modelId: answer.model },
  };
}

function streamOf(llm: LLM, options: SdkCallOptions): ReadableStream<SdkStreamPart> {
  const stream = llm.stream(options.prompt.flatMap(messagesOf), callOptions(options));
  const parts = partsOf(stream);
  return new ReadableStream<SdkStreamPart>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => stream.abort(),
  });
}

async function* partsOf(stream: ReturnType<LLM["stream"]>): AsyncGenerator<SdkStreamPart, void> {
  yield { type: "stream-start", warnings: [] };
  let open: "text" | "reasoning" | undefined;
  try {
    for await (const event of stream) {
      const kind = event.type === "text" || event.type === "reasoning" ? event.type : undefined;
      if (open !== undefined && kind !== open) yield { type: `${open}-end`, id: open };
      if (kind !== undefined && kind !== open) yield { type: `${kind}-start`, id: kind };
      open = kind;
      if (event.type === "text" || event.type === "reasoning") {
        yield { type: `${event.type}-delta`, id: event.type, delta: event.text };
      } else if (event.type === "tool-call") yield toolCallOf(event.toolCall);
    }
    if (open !== undefined) yield { type: `${open}-end`, id: open };
    const answer = await stream.response;
    yield { type: "response-metadata", id: answer.id, modelId: answer.model };
    yield { type: "finish", usage: usageOf(answer.usage), finishReason: finishOf(answer.finishReason) };
  } catch (error) {
    yield { type: "error", error };
  }
}

function toolCallOf(call: ToolCall): SdkToolCall {
  return { type: "tool-call", toolCallId: call.id, toolName: call.name, input: call.argsText || "{}" };
}

function finishOf(reason: FinishReason): SdkFinishReason {
  return { unified: reason, raw: undefined };
}

function usageOf(usage: Usage): SdkUsage {
  return {
    inputTokens: {
      total: usage.input,
      noCache: usage.input - usage.cached,
      cacheRead: usage.cached,
      cacheWrite: undefined,
    },
    outputTokens: { total: usage.output, text: usage.output - usage.reasoning, reasoning: usage.reasoning },
  };
}
