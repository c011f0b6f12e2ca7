/**
 * What a provider file is: the translation of our request into its wire format and back. No sockets, no
 * retries, no limits: those are the same for all and live elsewhere.
 */
import type { Assembler } from "../assembler.js";
import type { ChatRequest } from "../messages.js";

/** Where requests go and with what key. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** An HTTP request, ready to send; `path` is appended to the base URL. */
export interface WireRequest {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** Reads the events of one stream into an assembler. `event` is "" when the server gave no event name. */
export type EventReader = (event: string, data: string) => void;

/** How a provider can be asked for JSON that follows a schema. */
export type StructuredMode = "schema" | "tool" | "json";

/** Texts to vectors. */
export interface EmbedRequest {
  readonly model: string;
  readonly texts: readonly string[];
  readonly dimensions: number | undefined;
  readonly extraBody: Readonly<Record<string, unknown>> | undefined;
}

export interface EmbedResult {
  readonly vectors: readonly (readonly number[])[];
  readonly inputTokens: number | undefined;
}

export interface Provider {
  readonly name: string;
  readonly baseUrl: string;
  /** Environment variables that may hold the key, first wins; empty: no key is needed. */
  readonly keyVariables: readonly string[];
  readonly keyRequired: boolean;
  readonly structured: StructuredMode;
  headers(endpoint: Endpoint): Record<string, string>;
  encode(request: ChatRequest, stream: boolean): WireRequest;
  /** Reads a whole answer. Throws {@link ErrorInBody} when a 200 carries an error. */
  decode(body: unknown, into: Assembler): void;
  /** A reader for one streamed answer. The reader throws {@link ErrorInBody} for an error event. */
  reader(into: Assembler): EventReader;
  encodeEmbed?(request: EmbedRequest): WireRequest;
  decodeEmbed?(body: unknown): EmbedResult;
}

/** An error that came with status 200: inside a stream, or in place of an answer. */
export class ErrorInBody extends Error {
  constructor(readonly body: unknown) {
    super("the provider sent an error inside its answer");
  }
}

/** Bytes that are not the provider's protocol. */
export class MalformedBody extends Error {}

/** The object parsed from an event's data. */
export function parseEvent(data: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw new MalformedBody(`an event is not JSON: ${data.slice(0, 80)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MalformedBody(`an event is not an object: ${data.slice(0, 80)}`);
  }
  return value as Record<string, unknown>;
}

/** The field as an object, or an empty one: providers leave fields out or send null. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : EMPTY;
}

/** The field as an array, or an empty one. */
export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NOTHING;
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

const EMPTY: Record<string, unknown> = Object.freeze({});
const NOTHING: readonly unknown[] = Object.freeze([]);

/** Base64 of an image given as bytes or as base64 text. */
export function base64Of(data: Uint8Array | string): string {
  return typeof data === "string"
    ? data
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
}
