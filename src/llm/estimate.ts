/** Tokens of a request before the provider counts them: for rate limits, budgets, and attempts cut short. */
import type { ChatRequest, Message } from "./messages.js";

const CHARACTERS_PER_TOKEN = 4;
const MESSAGE_TOKENS = 4;
// What the large providers charge for one picture of about 1,000 by 1,000 points.
const IMAGE_TOKENS = 1_000;

export function tokensOfLength(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/** Tokens of a text: a quarter of its characters, but one each for scripts written without spaces. */
function estimateTokens(text: string): number {
  const bytes = Buffer.byteLength(text);
  // ASCII has one byte a character; CJK three, and about one token.
  const wide = (bytes - text.length) / 2;
  return wide === 0
    ? tokensOfLength(text.length)
    : Math.ceil((text.length - wide) / CHARACTERS_PER_TOKEN + wide);
}

export function estimateInput(request: ChatRequest): number {
  let tokens = 0;
  for (const message of request.messages) tokens += MESSAGE_TOKENS + messageTokens(message);
  if (request.tools.length > 0) tokens += tokensOfLength(JSON.stringify(request.tools).length);
  return tokens;
}

function messageTokens(message: Message): number {
  if (typeof message.content !== "string") {
    let tokens = 0;
    for (const part of message.content) {
      tokens += part.type === "text" ? estimateTokens(part.text) : IMAGE_TOKENS;
    }
    return tokens;
  }
  let tokens = estimateTokens(message.content);
  if (message.role === "assistant") {
    for (const call of message.toolCalls ?? []) tokens += estimateTokens(call.argsText);
  }
  return tokens;
}

const FIRST_GUESS = 256;
const WEIGHT = 0.1;

/** How much a model usually writes: a moving average of its answers. */
export class OutputEstimate {
  #average = FIRST_GUESS;

  observe(tokens: number): void {
    this.#average += (tokens - this.#average) * WEIGHT;
  }

  /** @param most the request's own bound. */
  expect(most: number | undefined): number {
    const expected = Math.ceil(this.#average);
    return most === undefined ? expected : Math.min(expected, most);
  }
}
