/**
 * Errors of the LLM client. Whether to try again is decided here (`retryable`), once, not by callers.
 */
import { type ErrorCode, NogilError } from "../errors.js";
import type { Attempt } from "./response.js";

/** What every error of a call knows. */
export interface LLMErrorFields {
  readonly provider: string;
  readonly model: string;
  /** HTTP status; also the one an error inside a stream stands for. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** Start of the response body, secrets removed. */
  readonly bodyExcerpt?: string | undefined;
  /** Milliseconds the provider asked to wait. */
  readonly retryAfter?: number | undefined;
  /** Text that had arrived before the call failed. */
  readonly partialText?: string | undefined;
  readonly cause?: unknown;
}

/** Base of the client's errors. `attempts` holds what was sent and what it cost, failed calls too. */
export abstract class LLMError extends NogilError {
  /** A later identical call may succeed. */
  abstract readonly retryable: boolean;
  readonly provider: string;
  readonly model: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly bodyExcerpt: string | undefined;
  readonly retryAfter: number | undefined;
  partialText: string | undefined;
  attempts: readonly Attempt[] = [];

  constructor(code: ErrorCode, message: string, fields: LLMErrorFields) {
    super(code, message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.provider = fields.provider;
    this.model = fields.model;
    this.status = fields.status;
    this.requestId = fields.requestId;
    this.bodyExcerpt = fields.bodyExcerpt;
    this.retryAfter = fields.retryAfter;
    this.partialText = fields.partialText;
  }

  /** US dollars of all attempts as far as prices are known. */
  get spent(): number {
    return this.attempts.reduce((sum, attempt) => sum + (attempt.cost ?? 0), 0);
  }
}

function at(fields: LLMErrorFields): string {
  const status = fields.status === undefined ? "" : ` (status ${fields.status})`;
  const id = fields.requestId === undefined ? "" : ` [request ${fields.requestId}]`;
  return `${fields.provider}/${fields.model}${status}${id}`;
}

/** The key is missing, wrong or not allowed to use the model. Check `apiKey` or the environment variable. */
export class AuthenticationFailed extends LLMError {
  readonly retryable = false;
  constructor(detail: string, fields: LLMErrorFields) {
    super("LLM_AUTHENTICATION", `${at(fields)}: the key was refused: ${detail}; check apiKey`, fields);
  }
}

/** The provider does not know the model. Check its name and `baseUrl`. */
export class ModelNotFound extends LLMError {
  readonly retryable = false;
  constructor(detail: string, fields: LLMErrorFields) {
    super("LLM_MODEL_NOT_FOUND", `${at(fields)}: ${detail}; check model and baseUrl`, fields);
  }
}

/** The prompt and the room for the answer are more than the model's context. Shorten it. */
export class ContextTooLong extends LLMError {
  readonly retryable = false;
  constructor(detail: string, fields: LLMErrorFields) {
    super("LLM_CONTEXT_TOO_LONG", `${at(fields)}: ${detail}; shorten the prompt or lower maxTokens`, fields);
  }
}

/** The provider's filter refused the prompt or stopped the answer; `partialText` is what came before. */
export class ContentFiltered extends LLMError {
  readonly retryable = false;
  constructor(detail: string, fields: LLMErrorFields) {
    super("LLM_CONTENT_FILTERED", `${at(fields)}: stopped by the content filter: ${detail}`, fields);
  }
}

/** The provider does not accept the request as it is; the message is the provider's. */
export class RequestRejected extends LLMError {
  readonly retryable = false;
  constructor(detail: string, fields: LLMErrorFields) {
    super("LLM_REQUEST_REJECTED", `${at(fields)}: the request was rejected: ${detail}`, fields);
  }
}

/** Still rate-limited when the deadline came near; `retryAfter` is what the provider asked for. */
export class RateLimited extends LLMError {
  readonly retryable = true;
  constructor(detail: string, fields: LLMErrorFields) {
    const wait = fields.retryAfter === undefined ? "" : `; try again in ${Math.ceil(fields.retryAfter)} ms`;
    super("LLM_RATE_LIMITED", `${at(fields)}: rate limited: ${detail}${wait}`, fields);
  }
}

/** The account has no credit or its quota is used up; waiting does not help. */
export class QuotaExhausted extends LLMError {
  readonly retryable = false;
  constructor(detail: string, fields: LLMErrorFields) {
    super("LLM_QUOTA_EXHAUSTED", `${at(fields)}: quota exhausted: ${detail}; check plan and billing`, fields);
  }
}

/** The provider failed (5xx, overloaded), and so did the retries that the budget allowed. */
export class ServerError extends LLMError {
  readonly retryable = true;
  constructor(detail: string, fields: LLMErrorFields) {
    super("LLM_SERVER_ERROR", `${at(fields)}: the provider failed: ${detail}`, fields);
  }
}

/** No connection, or it was closed before an answer. */
export class ConnectionFailed extends LLMError {
  readonly retryable = true;
  constructor(detail: string, fields: LLMErrorFields) {
    super("LLM_CONNECTION", `${at(fields)}: connection failed: ${detail}`, fields);
  }
}

/** The connection closed in the middle of a streamed answer; `partialText` is what had come. */
export class StreamCut extends LLMError {
  readonly retryable = true;
  constructor(detail: string, fields: LLMErrorFields) {
    super(
      "LLM_STREAM_CUT",
      `${at(fields)}: the stream ended before the answer was complete: ${detail}`,
      fields,
    );
  }
}

/** Something that is not the provider's protocol: HTML of a proxy, broken JSON, a body over the limit. */
export class BadResponse extends LLMError {
  readonly retryable: boolean;
  constructor(detail: string, fields: LLMErrorFields, retryable = false) {
    const body = fields.bodyExcerpt ? `: ${fields.bodyExcerpt.slice(0, 120)}` : "";
    super("LLM_BAD_RESPONSE", `${at(fields)}: ${detail}${body}; check baseUrl`, fields);
    this.retryable = retryable;
  }
}

/** Which limit of `timeout` was reached. */
export type TimeoutKind = "total" | "connect" | "idle";

/** A limit of `timeout` was reached. */
export class LLMTimeout extends LLMError {
  readonly retryable = true;
  constructor(
    readonly kind: TimeoutKind,
    readonly timeout: number,
    fields: LLMErrorFields,
  ) {
    const what = {
      total: "no complete answer within",
      connect: "no connection within",
      idle: "the answer stood still for",
    }[kind];
    super(
      "LLM_TIMEOUT",
      `${at(fields)}: ${what} ${timeout} ms; raise timeout.${kind} if that is too short`,
      fields,
    );
  }
}

/** The caller's signal aborted the call; `cause` is the signal's reason. */
export class LLMAborted extends LLMError {
  readonly retryable = false;
  constructor(fields: LLMErrorFields) {
    super("LLM_ABORTED", `${at(fields)}: aborted by the caller`, fields);
  }
}

/** What a budget holds and has used. */
export interface BudgetState {
  readonly usd: number;
  readonly tokens: number;
  readonly spentUsd: number;
  readonly spentTokens: number;
}

/** The call could go over the budget, so it was not sent. Raise `budget`, or make a new client. */
export class BudgetExceeded extends LLMError {
  readonly retryable = false;
  constructor(
    readonly budget: BudgetState,
    need: string,
    fields: LLMErrorFields,
  ) {
    super(
      "LLM_BUDGET_EXCEEDED",
      `${at(fields)}: budget { usd: ${budget.usd}, tokens: ${budget.tokens} } does not allow ${need}: ` +
        `$${budget.spentUsd.toFixed(6)} and ${budget.spentTokens} tokens are spent; raise budget to go on`,
      fields,
    );
  }
}

/** The provider failed so often that calls are held back; `retryAfter` is when the next one is let through. */
export class CircuitOpen extends LLMError {
  readonly retryable = true;
  constructor(detail: string, fields: LLMErrorFields) {
    super("LLM_CIRCUIT_OPEN", `${at(fields)}: not sent, ${detail}`, fields);
  }
}

/** The model still asked for tools after `maxToolRounds`. */
export class ToolRoundsExceeded extends LLMError {
  readonly retryable = false;
  constructor(
    readonly rounds: number,
    fields: LLMErrorFields,
  ) {
    super(
      "LLM_TOOL_ROUNDS",
      `${at(fields)}: the model still asks for tools after maxToolRounds = ${rounds} rounds`,
      fields,
    );
  }
}

/** The answer does not fit the schema, also after the repair round; `partialText` is the last answer. */
export class InvalidOutput extends LLMError {
  readonly retryable = true;
  constructor(
    readonly issues: readonly string[],
    fields: LLMErrorFields,
  ) {
    super(
      "LLM_INVALID_OUTPUT",
      `${at(fields)}: the answer does not fit the schema: ${issues.join("; ")}`,
      fields,
    );
  }
}

/** An optional package is needed and not installed; the message has the install line. */
export class PeerMissing extends NogilError {
  constructor(
    readonly packageName: string,
    purpose: string,
    options?: ErrorOptions,
  ) {
    super(
      "LLM_PEER_MISSING",
      `${purpose} needs the package ${packageName}: npm install ${packageName}`,
      options,
    );
  }
}
