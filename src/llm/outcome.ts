/** What an error means: for the limits, for the money, for the next route. */
import {
  BadResponse,
  ConnectionFailed,
  LLMAborted,
  LLMError,
  LLMTimeout,
  ModelNotFound,
  QuotaExhausted,
  RateLimited,
  ServerError,
  StreamCut,
} from "./errors.js";
import type { Settlement } from "./limits/index.js";

/** The request went out and nobody knows what the provider did with it. */
export function isUnanswered(error: unknown): boolean {
  return (
    error instanceof LLMAborted ||
    error instanceof LLMTimeout ||
    error instanceof StreamCut ||
    error instanceof ConnectionFailed
  );
}

/** What an attempt's end means for the limits its model shares. */
export function settlementOf(error: unknown): Settlement {
  if (error === undefined) return ANSWERED;
  if (error instanceof RateLimited) return { kind: "refused", retryAfter: error.retryAfter };
  if (error instanceof LLMAborted) return ABANDONED;
  if (
    error instanceof ServerError ||
    error instanceof ConnectionFailed ||
    error instanceof LLMTimeout ||
    error instanceof StreamCut ||
    error instanceof BadResponse
  ) {
    return FAILED;
  }
  return error instanceof LLMError ? ANSWERED : ABANDONED;
}

const ANSWERED: Settlement = Object.freeze({ kind: "answered" });
const FAILED: Settlement = Object.freeze({ kind: "failed" });
const ABANDONED: Settlement = Object.freeze({ kind: "abandoned" });

/** Failures of one provider that another may not have. A wrong request or key is wrong for good. */
export function goesElsewhere(error: unknown): boolean {
  return (
    error instanceof LLMError &&
    (error.retryable ||
      error instanceof QuotaExhausted ||
      error instanceof ModelNotFound ||
      error instanceof BadResponse)
  );
}
