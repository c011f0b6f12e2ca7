/**
 * What goes to a model: one shape for every provider. Provider files translate it, nobody else does.
 */

/** A piece of text inside a message. */
export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

/** A picture: bytes (or base64 text) with its media type, or an address the provider fetches itself. */
export type ImagePart =
  | {
      readonly type: "image";
      readonly data: Uint8Array | string;
      /** Media type, such as `image/png`. */
      readonly mediaType: string;
    }
  | { readonly type: "image"; readonly url: string };

export type ContentPart = TextPart | ImagePart;

/** A function the model asks to have called. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The parsed arguments; undefined when the model wrote something that is not JSON. */
  readonly args: unknown;
  /** The arguments exactly as the model wrote them. */
  readonly argsText: string;
}

export interface SystemMessage {
  readonly role: "system";
  readonly content: string;
}

export interface UserMessage {
  readonly role: "user";
  readonly content: string | readonly ContentPart[];
}

export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: string;
  readonly toolCalls?: readonly ToolCall[];
  /**
   * What the provider needs back unchanged in the next round (signed reasoning, thought signatures).
   * Opaque; ignored by every provider but the one that made it.
   */
  readonly providerData?: { readonly provider: string; readonly content: unknown };
}

export interface ToolMessage {
  readonly role: "tool";
  readonly toolCallId: string;
  readonly name: string;
  readonly content: string;
  /** The tool failed and `content` says why. */
  readonly isError?: boolean;
}

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** A prompt: text of one user message, or a conversation. */
export type Prompt = string | readonly Message[];

/** A JSON Schema (draft 2020-12, the part language models use). */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** What the model is told about a tool. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of one object that holds all arguments. */
  readonly parameters: JsonSchema;
}

/** Whether the model may, must or must not call tools, or which one it must call. */
export type ToolChoice = "auto" | "required" | "none" | { readonly name: string };

/** One request in our terms, complete: what a provider file translates. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice | undefined;
  /** Ask for JSON that follows this schema. */
  readonly output: { readonly name: string; readonly schema: JsonSchema } | undefined;
  /** Most tokens the model may write. */
  readonly maxTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly stop: readonly string[] | undefined;
  readonly seed: number | undefined;
  /** How long a reasoning model may think, in the provider's words where it has them. */
  readonly reasoningEffort: "low" | "medium" | "high" | undefined;
  /** Fields merged into the provider's request body as they are. */
  readonly extraBody: Readonly<Record<string, unknown>> | undefined;
}

/** The messages of a prompt. */
export function toMessages(prompt: Prompt): readonly Message[] {
  return typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
}
