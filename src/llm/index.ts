/** `nogil/llm`: language models under one set of rules. */
export { fromAiSdk, toAiSdk } from "./adapters/index.js";
export type {
  Batch,
  BatchInput,
  BatchItem,
  BatchOptions,
  BatchProgress,
  BatchResult,
} from "./batch.js";
export { type BatchFileOptions, runBatchFile } from "./batch-file.js";
export type { BudgetOptions } from "./budget.js";
export { createLLM, type LLM, type LLMStats } from "./client.js";
export type { CompletionStream } from "./completion-stream.js";
export type { CallOptions } from "./conversation.js";
export type { Embeddings, EmbedOptions } from "./embeddings.js";
export type { Engine } from "./engines/index.js";
export * from "./errors.js";
export {
  type CallerStats,
  type HostCalls,
  hostCalls,
  type PlainCallOptions,
  type PlainCompletion,
  type PlainError,
  type PlainResult,
  type PlainStreamEvent,
} from "./host-calls.js";
export type { RateLimits } from "./limits/index.js";
export type {
  AssistantMessage,
  ContentPart,
  ImagePart,
  JsonSchema,
  Message,
  Prompt,
  SystemMessage,
  TextPart,
  ToolCall,
  ToolChoice,
  ToolDefinition,
  ToolMessage,
  UserMessage,
} from "./messages.js";
export type { LLMOptions, ModelOptions, RetryOptions, TimeoutOptions } from "./options.js";
export { PRICES, PRICES_DATE, type Price, type PriceTable } from "./pricing.js";
export type { Attempt, Completion, FinishReason, StreamEvent, Timings, ToolRun, Usage } from "./response.js";
export type { OutputType } from "./structured.js";
export {
  type Approval,
  defineTool,
  type FunctionTool,
  type ToolContext,
  type ToolLike,
  type ToolSet,
} from "./tools/index.js";
