/**
 * The part of the AI SDK's language model interface (specification v3) that both adapters use, written
 * out so that the package is needed neither to build nor to run.
 */

export interface SdkUsage {
  readonly inputTokens: SdkInputTokens;
  readonly outputTokens: {
    readonly total: number | undefined;
    readonly text: number | undefined;
    readonly reasoning: number | undefined;
  };
}

interface SdkInputTokens {
  readonly total: number | undefined;
  readonly noCache: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
}

export interface SdkFinishReason {
  readonly unified: "stop" | "length" | "content-filter" | "tool-calls" | "error" | "other";
  readonly raw: string | undefined;
}

interface SdkTextPart {
  type: "text";
  text: string;
}

interface SdkFilePart {
  type: "file";
  data: Uint8Array | string | URL;
  mediaType: string;
}

interface SdkReasoningPart {
  type: "reasoning";
  text: string;
}

interface SdkToolCallPart {
  type: "tool-call";
  toolCallId: string;
  toolName: string;
  input: unknown;
}

export interface SdkToolResultPart {
  type: "tool-result";
  toolCallId: string;
  toolName: string;
  output: { type: string; value?: unknown; reason?: string };
}

/** Parts of kinds that have no place in our messages. */
interface SdkOtherPart {
  type: "source" | "tool-approval-request" | "tool-approval-response" | "custom";
}

export type SdkMessage =
  | { role: "system"; content: string }
  | { role: "user"; content: (SdkTextPart | SdkFilePart)[] }
  | {
      role: "assistant";
      content: (
        | SdkTextPart
        | SdkFilePart
        | SdkReasoningPart
        | SdkToolCallPart
        | SdkToolResultPart
        | SdkOtherPart
      )[];
    }
  | { role: "tool"; content: (SdkToolResultPart | SdkOtherPart)[] };

interface SdkFunctionTool {
  type: "function";
  name: string;
  description?: string;
  inputSchema: object;
}

export interface SdkCallOptions {
  prompt: SdkMessage[];
  maxOutputTokens?: number;
  temperature?: number;
  stopSequences?: string[];
  topP?: number;
  seed?: number;
  responseFormat?: { type: "text" } | { type: "json"; schema?: object; name?: string };
  tools?: (SdkFunctionTool | { type: "provider"; name: string })[];
  toolChoice?: { type: "auto" | "none" | "required" } | { type: "tool"; toolName: string };
  abortSignal?: AbortSignal;
}

export interface SdkToolCall {
  type: "tool-call";
  toolCallId: string;
  toolName: string;
  /** JSON text. */
  input: string;
}

export type SdkContent = SdkTextPart | SdkReasoningPart | SdkToolCall;

export interface SdkGenerateResult {
  content: SdkContent[];
  finishReason: SdkFinishReason;
  usage: SdkUsage;
  warnings: { type: "unsupported"; feature: string }[];
  response?: { id?: string; modelId?: string };
}

export type SdkStreamPart =
  | { type: "stream-start"; warnings: SdkGenerateResult["warnings"] }
  | { type: "response-metadata"; id?: string; modelId?: string }
  | { type: "text-start" | "text-end" | "reasoning-start" | "reasoning-end"; id: string }
  | { type: "text-delta" | "reasoning-delta"; id: string; delta: string }
  | SdkToolCall
  | { type: "finish"; usage: SdkUsage; finishReason: SdkFinishReason }
  | { type: "error"; error: unknown };

export interface SdkModel {
  readonly specificationVersion: "v3";
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]>;
  doGenerate(options: SdkCallOptions): PromiseLike<SdkGenerateResult>;
  doStream(options: SdkCallOptions): PromiseLike<{ stream: ReadableStream<SdkStreamPart> }>;
}

/** Any model of the AI SDK: what is read of it, whatever else it has. */
export interface ForeignSdkModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doGenerate(options: never): PromiseLike<unknown>;
  doStream(options: never): PromiseLike<unknown>;
}
