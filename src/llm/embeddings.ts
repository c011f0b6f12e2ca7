/** Texts to vectors: in parts the providers accept, under the same rules as answers. */
import { InvalidOption } from "../errors.js";
import { RequestRejected } from "./errors.js";
import { estimateInput } from "./estimate.js";
import type { Ledger } from "./ledger.js";
import type { ChatRequest } from "./messages.js";
import type { EmbedRequest } from "./providers/index.js";
import { type Attempt, addUsage, NO_USAGE, type Usage } from "./response.js";
import { Round, type RoundSettings } from "./round.js";
import type { Route } from "./route.js";
import type { Scope } from "./scope.js";

export interface EmbedOptions {
  /** Length of the vectors, where the model can choose. */
  readonly dimensions?: number;
  readonly extraBody?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** Milliseconds for one part of the texts. @default the client's `timeout.total` */
  readonly timeout?: number;
}

/** Vectors in the order of their texts. Frozen. */
export interface Embeddings {
  readonly vectors: readonly (readonly number[])[];
  readonly usage: Usage;
  /** US dollars; undefined when the price is not known. */
  readonly cost: number | undefined;
  readonly attempts: readonly Attempt[];
}

/** The smallest bound among the providers (Cohere's). */
const TEXTS_PER_REQUEST = 96;

/** Texts for one request. */
export interface EmbedPart {
  readonly embed: EmbedRequest;
  /** The same texts as the limits and budgets see them: read, nothing written. */
  readonly chat: ChatRequest;
  readonly inputTokens: number;
}

/** @throws InvalidOption when there is no text. */
export function embedParts(
  texts: string | readonly string[],
  model: string,
  options: EmbedOptions,
): EmbedPart[] {
  const list = typeof texts === "string" ? [texts] : texts;
  const bad = Array.isArray(list) ? list.find((text) => typeof text !== "string") : list;
  if (bad !== undefined || list.length === 0)
    throw new InvalidOption("texts", bad, "a text or a list of texts");
  const parts: EmbedPart[] = [];
  for (let from = 0; from < list.length; from += TEXTS_PER_REQUEST) {
    const some = list.slice(from, from + TEXTS_PER_REQUEST);
    const chat: ChatRequest = {
      model,
      messages: some.map((content) => ({ role: "user", content })),
      tools: [],
      toolChoice: undefined,
      output: undefined,
      maxTokens: 0,
      temperature: undefined,
      topP: undefined,
      stop: undefined,
      seed: undefined,
      reasoningEffort: undefined,
      extraBody: undefined,
    };
    parts.push({
      chat,
      inputTokens: estimateInput(chat),
      embed: { model, texts: some, dimensions: options.dimensions, extraBody: options.extraBody },
    });
  }
  return parts;
}

export async function embedPart(
  route: Route,
  part: EmbedPart,
  parts: { readonly scope: Scope; readonly ledger: Ledger; readonly settings: RoundSettings },
): Promise<Embeddings> {
  const request = part.embed;
  let vectors: Embeddings["vectors"] = [];
  await new Round({
    ...parts,
    routes: [route],
    request: part.chat,
    inputTokens: part.inputTokens,
    send: async (engine, _chat, options) => {
      const fields = { provider: engine.provider, model: engine.model };
      if (engine.embed === undefined) throw new RequestRejected("this provider has no embeddings", fields);
      const result = await engine.embed(request, options);
      if (result.vectors.length !== request.texts.length) {
        const detail = `${request.texts.length} texts gave ${result.vectors.length} vectors`;
        throw new RequestRejected(detail, fields);
      }
      vectors = result.vectors;
      if (result.inputTokens !== undefined) options.into.addUsage({ input: result.inputTokens, output: 0 });
    },
  }).run();
  const { ledger } = parts;
  return { vectors, usage: ledger.usage, cost: ledger.cost, attempts: ledger.attempts };
}

export function joinEmbeddings(parts: readonly Embeddings[]): Embeddings {
  let usage = NO_USAGE;
  let cost: number | undefined = 0;
  for (const part of parts) {
    usage = addUsage(usage, part.usage);
    cost = cost === undefined || part.cost === undefined ? undefined : cost + part.cost;
  }
  return Object.freeze({
    vectors: Object.freeze(parts.flatMap((part) => part.vectors)),
    usage,
    cost,
    attempts: Object.freeze(parts.flatMap((part) => part.attempts)),
  });
}
