/** A provider's protocol from the server's side: the opposite of a provider file, written from its documentation. */

export interface ReplyToolCall {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
}

/** What the model "says", in no protocol. */
export interface Reply {
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly ReplyToolCall[];
  readonly finish?: "stop" | "length" | "content-filter";
  readonly usage?: { readonly input: number; readonly output: number; readonly cached?: number };
  /** Characters per piece of text in a stream. */
  readonly piece?: number;
}

/** What the server understood of a request: proof that the provider file said it in the right words. */
export interface Seen {
  readonly model: string;
  readonly stream: boolean;
  readonly key: string;
  readonly system: string;
  /** Text of the last user message. */
  readonly user: string;
  readonly images: readonly { readonly mediaType: string; readonly base64: string }[];
  readonly tools: readonly string[];
  readonly toolResults: readonly { readonly name: string; readonly content: string }[];
  readonly schema: unknown;
  readonly maxTokens: number | undefined;
  readonly body: Record<string, unknown>;
}

export type ErrorKind =
  | "key"
  | "model"
  | "context"
  | "filter"
  | "rejected"
  | "rate"
  | "quota"
  | "server"
  | "overloaded";

export interface HttpError {
  readonly status: number;
  readonly body: unknown;
}

export interface Wire {
  read(path: string, headers: Readonly<Record<string, unknown>>, body: Record<string, unknown>): Seen;
  plain(reply: Reply, seen: Seen): unknown;
  /** Frames of a stream, each one event. */
  frames(reply: Reply, seen: Seen): string[];
  error(kind: ErrorKind): HttpError;
  /** An error as it comes inside a stream that began with 200. */
  errorFrame(kind: "server" | "overloaded" | "rate"): string;
}

export const USAGE = { input: 11, output: 7, cached: 0 };

export function pieces(text: string, size: number): string[] {
  const characters = [...text];
  const out: string[] = [];
  for (let from = 0; from < characters.length; from += size) {
    out.push(characters.slice(from, from + size).join(""));
  }
  return out;
}

export function frame(data: unknown, event?: string): string {
  const name = event === undefined ? "" : `event: ${event}\n`;
  return `${name}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

type Json = Record<string, unknown>;

export function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

export function object(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

export function fromDataUrl(url: unknown): { mediaType: string; base64: string } {
  const match = /^data:([^;]+);base64,(.*)$/.exec(String(url));
  return { mediaType: match?.[1] ?? "", base64: match?.[2] ?? "" };
}
