/** A model of the AI SDK as a provider of ours: `createLLM({ provider: fromAiSdk(model) })`. */
import { InvalidOption } from "../../errors.js";
import type { AttemptOptions, Engine } from "../engines/index.js";
import {
  AuthenticationFailed,
  BadResponse,
  ConnectionFailed,
  LLMError,
  type LLMErrorFields,
  RateLimited,
  RequestRejected,
  ServerError,
  StreamCut,
} from "../errors.js";
import type { ChatRequest, Message } from "../messages.js";
import type {
  ForeignSdkModel,
  SdkCallOptions,
  SdkFinishReason,
  SdkMessage,
  SdkModel,
  SdkStreamPart,
  SdkUsage,
} from "./ai-sdk-types.js";

/** @throws InvalidOption for a model of another specification than v3 (AI SDK 6). */
export function fromAiSdk(model: ForeignSdkModel): Engine {
  if (model?.specificationVersion !== "v3") {
    throw new InvalidOption("provider", model?.specificationVersion, 'an AI SDK model of specification "v3"');
  }
  return new AiSdkEngine(model as SdkModel);
}

class AiSdkEngine implements Engine {
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey = "";
  readonly structured = "schema";
  readonly #sdk: SdkModel;

  constructor(sdk: SdkModel) {
    this.#sdk = sdk;
    // "openai.chat" is the AI SDK's name for what the price table calls openai.
    this.provider = sdk.provider.split(".")[0] ?? sdk.provider;
    this.model = sdk.modelId;
    this.baseUrl = `ai-sdk:${sdk.provider}`;
  }

  async attempt(request: ChatRequest, options: AttemptOptions): Promise<void> {
    const abort = new AbortController();
    let stop!: (error: Error) => void;
    const stopped = new Promise<never>((_resolve, reject) => {
      stop = reject;
    });
    stopped.catch(() => {});
    options.onControl({
      abort: (error) => {
        abort.abort(error);
        stop(error);
      },
      // The SDK's own stream has back-pressure; it is read one part at a time.
      pause: () => {},
      resume: () => {},
    });
    options.onSent();
    const call = sdkOptions(request, abort.signal);
    const work = options.stream ? this.#stream(call, options) : this.#generate(call, options);
    try {
      await Promise.race([work, stopped]);
    } catch (error) {
      work.catch(() => {});
      throw error instanceof LLMError ? error : this.#errorOf(error);
    }
  }

  async #generate(call: SdkCallOptions, { into }: AttemptOptions): Promise<void> {
    const result = await this.#sdk.doGenerate(call);
    for (const [index, part] of result.content.entries()) {
      if (part.type === "text") into.addText(part.text);
      else if (part.type === "reasoning") into.addReasoning(part.text);
      else if (part.type === "tool-call") {
        into.addToolCall(index, { id: part.toolCallId, name: part.toolName, args: part.input });
      }
    }
    into.raw = result;
    into.id = result.response?.id ?? "";
    finish(result.usage, result.finishReason, into);
  }

  async #stream(call: SdkCallOptions, { into }: AttemptOptions): Promise<void> {
    const { stream } = await this.#sdk.doStream(call);
    for await (const part of stream as unknown as AsyncIterable<SdkStreamPart>) {
      if (part.type === "text-delta") into.addText(part.delta);
      else if (part.type === "reasoning-delta") into.addReasoning(part.delta);
      else if (part.type === "tool-call") {
        into.addToolCall(part.toolCallId, { id: part.toolCallId, name: part.toolName, args: part.input });
      } else if (part.type === "response-metadata") into.id = part.id ?? into.id;
      else if (part.type === "error") throw part.error;
      else if (part.type === "finish") finish(part.usage, part.finishReason, into);
    }
    if (!into.ended) throw new StreamCut("the AI SDK's stream has no finish part", this.#fields());
  }

  #fields(): LLMErrorFields {
    return { provider: this.provider, model: this.model };
  }

  /** The SDK's `APICallError` says its status; everything else is taken as a broken connection. */
  #errorOf(error: unknown): LLMError {
    const { statusCode, message } = (error ?? {}) as { statusCode?: unknown; message?: unknown };
    const detail = typeof message === "string" ? message : String(error);
    const status = typeof statusCode === "number" ? statusCode : undefined;
    const fields = { ...this.#fields(), status, cause: error };
    if (status === undefined) return new ConnectionFailed(detail, fields);
    if (status === 429) return new RateLimited(detail, fields);
    if (status === 401 || status === 403) return new AuthenticationFailed(detail, fields);
    if (status >= 500) return new ServerError(detail, fields);
    return status >= 400 ? new RequestRejected(detail, fields) : new BadResponse(detail, fields);
  }
}

function finish(usage: SdkUsage, reason: SdkFinishReason, into: AttemptOptions["into"]): void {
  into.addUsage({
    input: usage.inputTokens.total,
    output: usage.outputTokens.total,
    cached: usage.inputTokens.cacheRead,
    reasoning: usage.outputTokens.reasoning,
  });
  into.finishReason = reason.unified === "error" ? "other" : reason.unified;
  into.ended = true;
}

function sdkOptions(request: ChatRequest, abortSignal: AbortSignal): SdkCallOptions {
  const { toolChoice, output } = request;
  return {
    prompt: request.messages.map(sdkMessage),
    abortSignal,
    ...(request.maxTokens === undefined ? {} : { maxOutputTokens: request.maxTokens }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.topP === undefined ? {} : { topP: request.topP }),
    ...(request.stop === undefined ? {} : { stopSequences: [...request.stop] }),
    ...(request.seed === undefined ? {} : { seed: request.seed }),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map(({ name, description, parameters }) => ({
            type: "function" as const,
            name,
            ...(description === undefined ? {} : { description }),
            inputSchema: parameters,
          })),
        }),
    ...(toolChoice === undefined
      ? {}
      : {
          toolChoice:
            typeof toolChoice === "object"
              ? { type: "tool", toolName: toolChoice.name }
              : { type: toolChoice },
        }),
    ...(output === undefined ? {} : { responseFormat: { type: "json", ...output } }),
  };
}

function sdkMessage(message: Message): SdkMessage {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.content };
    case "user":
      if (typeof message.content === "string") {
        return { role: "user", content: [{ type: "text", text: message.content }] };
      }
      return {
        role: "user",
        content: message.content.map((part) => {
          if (part.type === "text") return { type: "text", text: part.text };
          return "url" in part
            ? { type: "file", data: new URL(part.url), mediaType: "image/*" }
            : { type: "file", data: part.data, mediaType: part.mediaType };
        }),
      };
    case "assistant":
      return {
        role: "assistant",
        content: [
          ...(message.content === "" ? [] : [{ type: "text" as const, text: message.content }]),
          ...(message.toolCalls ?? []).map((call) => ({
            type: "tool-call" as const,
            toolCallId: call.id,
            toolName: call.name,
            input: call.args ?? {},
          })),
        ],
      };
    case "tool":
      return {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: message.toolCallId,
            toolName: message.name,
            output: { type: message.isError ? "error-text" : "text", value: message.content },
          },
        ],
      };
  }
}
