/**
 * What sends one attempt: the HTTP providers, a model in this process, a model of the AI SDK. An engine
 * knows nothing of retries, limits, prices or tools.
 */
import type { Assembler } from "../assembler.js";
import type { LLMErrorFields } from "../errors.js";
import type { RateReport } from "../limits/index.js";
import type { ChatRequest } from "../messages.js";
import type { EmbedRequest, EmbedResult, StructuredMode } from "../providers/index.js";

/** Handles of an attempt on its way. */
export interface AttemptControl {
  /** Stops it and frees what it holds, its socket too; the attempt rejects with `error`. */
  abort(error: Error): void;
  pause(): void;
  resume(): void;
}

/** What an attempt tells while it runs. */
export interface AttemptListener {
  readonly onControl: (control: AttemptControl) => void;
  /** It is being sent: rate limits count from here. */
  readonly onSent: () => void;
  readonly onHead: (status: number, requestId: string | undefined) => void;
  readonly onRates: (report: RateReport) => void;
}

export interface AttemptOptions extends AttemptListener {
  readonly into: Assembler;
  readonly stream: boolean;
  /** Milliseconds the answer may stand still. */
  readonly idleTimeout: number;
}

export interface Engine {
  /** Name in responses, errors and the price table. */
  readonly provider: string;
  readonly model: string;
  /** What tells this engine's limits from others: address and key. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly structured: StructuredMode;
  /** Resolves when the answer is complete in `into`; rejects with an LLMError or the abort's error. */
  attempt(request: ChatRequest, options: AttemptOptions): Promise<void>;
  embed?(request: EmbedRequest, listener: AttemptListener): Promise<EmbedResult>;
  close?(): Promise<void>;
}

/** The fields of an error that every engine can fill. */
export function fieldsOf(engine: Engine): LLMErrorFields {
  return { provider: engine.provider, model: engine.model };
}
