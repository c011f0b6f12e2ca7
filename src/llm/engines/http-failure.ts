/** From what a provider answered to a typed error: by status, by the codes they use, by their words. */
import {
  AuthenticationFailed,
  BadResponse,
  ContentFiltered,
  ContextTooLong,
  type LLMError,
  type LLMErrorFields,
  ModelNotFound,
  QuotaExhausted,
  RateLimited,
  RequestRejected,
  ServerError,
} from "../errors.js";
import { retryAfter } from "../limits/index.js";
import { redact } from "../redact.js";
import type { ResponseHeaders } from "../transport/index.js";

const CONTEXT =
  /context.{0,20}(?:length|window|size)|maximum context|too many (?:input )?tokens|(?:prompt|input|request) (?:is )?too (?:long|large)|exceeds? .{0,40}\btokens|token limit|reduce the length/i;
const FILTER =
  /content[_ -]?(?:filter|policy|management)|responsible ?ai|safety (?:system|filter)|moderation/i;
const KEY =
  /api[_ ]?key.{0,30}(?:not valid|invalid|incorrect|expired|missing)|(?:invalid|incorrect|missing|no) (?:api[_ ]?key|auth)|unauthorized/i;
const MODEL =
  /model.{0,80}(?:not found|does not exist|not exist|unknown|not supported|no longer)|(?:unknown|invalid|no such) model|model_not_found|is not found for API version/i;
const QUOTA =
  /insufficient_quota|billing|credit balance|insufficient (?:credits?|balance|funds)|payment required|exceeded your (?:current|monthly|daily) quota.{0,40}(?:plan|billing)/i;

/** What error bodies say, whatever their shape. */
interface Facts {
  readonly message: string;
  /** Type, code and status words of the body, joined. */
  readonly words: string;
  /** A status the body itself names. */
  readonly status: number | undefined;
}

/** Error types of bodies that came without a status of their own. */
const STATUS_OF_TYPE: readonly (readonly [RegExp, number])[] = [
  [/overloaded/i, 529],
  [/rate_?limit|RESOURCE_EXHAUSTED|too_many_requests|queue_exceeded/i, 429],
  [/authentication|invalid_api_key|UNAUTHENTICATED/i, 401],
  [/permission/i, 403],
  [/not_found/i, 404],
  [/invalid_request|INVALID_ARGUMENT|context_length|content_filter/i, 400],
];

/**
 * The error of an answer that is not an answer.
 * @param status HTTP status; 200 when the error came inside a good response.
 * @param parsed the body's value when it is JSON.
 * @param secrets removed from the message: providers repeat a wrong key in it.
 */
export function failureOf(
  status: number,
  headers: ResponseHeaders,
  parsed: unknown,
  fields: LLMErrorFields,
  secrets: readonly string[],
): LLMError {
  const facts = factsOf(parsed);
  const effective = status >= 300 ? status : (facts.status ?? statusOfType(facts.words));
  const message = facts.message === "" ? `status ${effective}` : redact(facts.message, secrets);
  const all: LLMErrorFields = {
    ...fields,
    status: effective,
    retryAfter: retryAfter(headers, parsed, facts.message, Date.now()),
  };
  if (parsed === undefined && effective < 500 && effective !== 429) {
    if (effective === 401 || effective === 403) return new AuthenticationFailed(message, all);
    return new BadResponse("the answer is not JSON", all);
  }
  const said = `${facts.words} ${facts.message}`;
  if (effective === 429 || effective === 498) {
    return QUOTA.test(said) && all.retryAfter === undefined
      ? new QuotaExhausted(message, all)
      : new RateLimited(message, all);
  }
  if (effective >= 500 || effective === 408 || effective === 409 || effective === 425) {
    return new ServerError(message, all);
  }
  if (effective === 402 || /insufficient_quota|credit balance/i.test(said))
    return new QuotaExhausted(message, all);
  if (effective === 401) return new AuthenticationFailed(message, all);
  if (CONTEXT.test(said)) return new ContextTooLong(message, all);
  if (FILTER.test(said)) return new ContentFiltered(message, all);
  if (effective === 403 || KEY.test(said)) return new AuthenticationFailed(message, all);
  if (effective === 404 || MODEL.test(said)) return new ModelNotFound(message, all);
  return new RequestRejected(message, all);
}

function statusOfType(words: string): number {
  for (const [pattern, status] of STATUS_OF_TYPE) if (pattern.test(words)) return status;
  return 500;
}

function factsOf(parsed: unknown): Facts {
  // Gemini answers some stream requests with a list of one error.
  const body = (Array.isArray(parsed) ? parsed[0] : parsed) as Record<string, unknown> | null | undefined;
  if (typeof body !== "object" || body === null) return { message: "", words: "", status: undefined };
  const inner = body.error;
  if (typeof inner === "string")
    return { message: inner, words: word(body.type), status: statusOf(body.code) };
  const error = (typeof inner === "object" && inner !== null ? inner : body) as Record<string, unknown>;
  const message = textOrJson(error.message ?? error.detail ?? body.message ?? body.detail);
  return {
    message,
    words: [error.type, error.code, error.status, error.param].map(word).filter(Boolean).join(" "),
    status: statusOf(error.code) ?? statusOf(error.status) ?? statusOf(error.status_code),
  };
}

function statusOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && number >= 400 && number < 600 ? number : undefined;
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textOrJson(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
