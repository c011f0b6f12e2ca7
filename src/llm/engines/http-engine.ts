/** The engine of all HTTP providers: a provider file, an address, a key, and the shared transport. */
import type { Dispatcher } from "undici";
import {
  BadResponse,
  ConnectionFailed,
  ContentFiltered,
  LLMError,
  type LLMErrorFields,
  LLMTimeout,
  StreamCut,
} from "../errors.js";
import { headerText, readRateHeaders } from "../limits/index.js";
import type { ChatRequest } from "../messages.js";
import {
  type EmbedRequest,
  type EmbedResult,
  ErrorInBody,
  MalformedBody,
  type Provider,
  type WireRequest,
} from "../providers/index.js";
import { excerpt, redact } from "../redact.js";
import {
  BodyTooLarge,
  type Connections,
  connectionsThrough,
  connectionsTo,
  Exchange,
  type ExchangeResult,
  ReaderFailed,
  type ResponseHeaders,
} from "../transport/index.js";
import type { AttemptListener, AttemptOptions, Engine } from "./engine.js";
import { failureOf } from "./http-failure.js";

export interface HttpEngineOptions {
  readonly provider: Provider;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly connectTimeout: number;
  readonly dispatcher: Dispatcher | undefined;
}

export class HttpEngine implements Engine {
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly structured: Provider["structured"];
  readonly #protocol: Provider;
  readonly #connections: Connections;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #headers: Record<string, string>;
  readonly #fields: LLMErrorFields;
  readonly #connectTimeout: number;

  constructor(options: HttpEngineOptions) {
    const url = new URL(options.baseUrl);
    this.#protocol = options.provider;
    this.provider = options.provider.name;
    this.model = options.model;
    this.baseUrl = options.baseUrl;
    this.apiKey = options.apiKey;
    this.structured = options.provider.structured;
    this.#origin = url.origin;
    this.#prefix = url.pathname === "/" ? "" : url.pathname.replace(/\/+$/, "");
    this.#connectTimeout = options.connectTimeout;
    this.#connections =
      options.dispatcher === undefined
        ? connectionsTo(url.origin, options.connectTimeout)
        : connectionsThrough(options.dispatcher);
    this.#headers = {
      "content-type": "application/json",
      "user-agent": "nogil",
      ...options.provider.headers({ baseUrl: options.baseUrl, apiKey: options.apiKey }),
      ...options.headers,
    };
    this.#fields = { provider: this.provider, model: this.model };
  }

  async attempt(request: ChatRequest, options: AttemptOptions): Promise<void> {
    const { into } = options;
    const wire = this.#protocol.encode(request, options.stream);
    const onEvent = options.stream ? this.#protocol.reader(into) : undefined;
    const result = await this.#send(wire, options, options.idleTimeout, onEvent, () => into.ended);
    try {
      if (result !== undefined && !result.streamed) this.#protocol.decode(this.#parse(result), into);
    } catch (error) {
      throw this.#readerError(error, result?.status, result?.headers ?? {}, into.text);
    }
    if (into.ended && into.finishReason !== "content-filter") return;
    const fields = {
      ...this.#fields,
      requestId: requestId(result?.headers ?? {}),
      status: result?.status,
      partialText: into.text,
    };
    if (!into.ended) throw new StreamCut("the provider closed it without its end mark", fields);
    throw new ContentFiltered(into.refusal === "" ? "the provider gives no reason" : into.refusal, fields);
  }

  async embed(request: EmbedRequest, listener: AttemptListener): Promise<EmbedResult> {
    const { encodeEmbed, decodeEmbed } = this.#protocol;
    if (encodeEmbed === undefined || decodeEmbed === undefined) {
      throw new BadResponse("this provider has no embeddings", this.#fields);
    }
    const result = await this.#send(encodeEmbed(request), listener, 0, undefined, () => false);
    try {
      return decodeEmbed(this.#parse(result as ExchangeResult));
    } catch (error) {
      throw this.#readerError(error, result?.status, result?.headers ?? {}, "");
    }
  }

  /** Undefined: the connection broke after the answer was complete, which harms nobody. */
  async #send(
    wire: WireRequest,
    listener: AttemptListener,
    idleTimeout: number,
    onEvent: ((event: string, data: string) => void) | undefined,
    complete: () => boolean,
  ): Promise<ExchangeResult | undefined> {
    let status: number | undefined;
    let headers: ResponseHeaders = {};
    let sent = false;
    const exchange = new Exchange(this.#connections, {
      origin: this.#origin,
      path: this.#prefix + wire.path,
      headers: this.#headers,
      body: JSON.stringify(wire.body),
      idleTimeout,
      onEvent,
      onSent: () => {
        sent = true;
        listener.onSent();
      },
      onHead: (code, received) => {
        status = code;
        headers = received;
        listener.onHead(code, requestId(received));
        const rates = readRateHeaders(received, Date.now());
        if (rates !== undefined) listener.onRates(rates);
      },
    });
    listener.onControl(exchange);
    try {
      const result = await exchange.done;
      if (result.status >= 300) throw this.#statusError(result);
      return result;
    } catch (error) {
      if (error instanceof LLMError) throw error;
      if (error instanceof ReaderFailed) throw this.#readerError(error.cause, status, headers, "");
      if (complete()) return undefined;
      throw this.#transportError(error as NodeJS.ErrnoException, sent, status, headers, idleTimeout);
    }
  }

  #parse(result: ExchangeResult): unknown {
    try {
      return JSON.parse(result.body);
    } catch (error) {
      throw new BadResponse(
        looksLikeHtml(result) ? "the answer is a web page" : "the answer is not JSON",
        { ...this.#with(result), cause: error },
        // A body that was cut (by a proxy) may be whole next time; a web page will not change.
        !looksLikeHtml(result),
      );
    }
  }

  #statusError(result: ExchangeResult): LLMError {
    let parsed: unknown;
    try {
      parsed = JSON.parse(result.body);
    } catch {
      parsed = undefined;
    }
    return failureOf(result.status, result.headers, parsed, this.#with(result), [this.apiKey]);
  }

  #readerError(
    error: unknown,
    status: number | undefined,
    headers: ResponseHeaders,
    partialText: string,
  ): Error {
    const fields = { ...this.#fields, status, requestId: requestId(headers), partialText };
    if (error instanceof LLMError) return error;
    if (error instanceof ErrorInBody) {
      const bodyExcerpt = excerpt(JSON.stringify(error.body), [this.apiKey]);
      return failureOf(status ?? 200, headers, error.body, { ...fields, bodyExcerpt }, [this.apiKey]);
    }
    if (error instanceof MalformedBody || error instanceof BodyTooLarge) {
      return new BadResponse(redact(error.message, [this.apiKey]), fields, error instanceof MalformedBody);
    }
    return error instanceof Error ? error : new BadResponse(String(error), fields);
  }

  #transportError(
    error: NodeJS.ErrnoException,
    sent: boolean,
    status: number | undefined,
    headers: ResponseHeaders,
    idleTimeout: number,
  ): LLMError {
    const fields = { ...this.#fields, status, requestId: requestId(headers), cause: error };
    const code = error.code ?? "";
    if (code === "UND_ERR_CONNECT_TIMEOUT") return new LLMTimeout("connect", this.#connectTimeout, fields);
    if (code === "UND_ERR_BODY_TIMEOUT") return new LLMTimeout("idle", idleTimeout, fields);
    if (error instanceof BodyTooLarge) return new BadResponse(error.message, fields);
    const detail = `${error.message}${code === "" ? "" : ` (${code})`}`;
    if (status !== undefined && status < 300) return new StreamCut(detail, fields);
    return new ConnectionFailed(
      sent ? `closed before the answer: ${detail}` : `${this.#origin}: ${detail}`,
      fields,
    );
  }

  #with(result: ExchangeResult): LLMErrorFields {
    return {
      ...this.#fields,
      status: result.status,
      requestId: requestId(result.headers),
      bodyExcerpt: excerpt(result.body, [this.apiKey]),
    };
  }
}

function looksLikeHtml(result: ExchangeResult): boolean {
  return (
    /html/i.test(headerText(result.headers, "content-type") ?? "") ||
    /^\s*<(?:!doctype|html)/i.test(result.body)
  );
}

function requestId(headers: ResponseHeaders): string | undefined {
  const id = headers["x-request-id"] ?? headers["request-id"] ?? headers["x-trace-id"] ?? headers["cf-ray"];
  return Array.isArray(id) ? id[0] : id;
}
