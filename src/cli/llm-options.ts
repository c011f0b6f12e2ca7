/** Options of `nogil llm` and `nogil llm map`. */
import { InvalidArgumentError, Option } from "commander";
import { wholeNumber } from "./options.js";

export function systemOption(): Option {
  return new Option("--system <text>", "instructions put before the prompt");
}

export function baseUrlOption(): Option {
  return new Option("--base-url <url>", "another address that speaks the provider's protocol");
}

export function maxTokensOption(): Option {
  return new Option("--max-tokens <n>", "tokens an answer may have at most").argParser(wholeNumber);
}

export function temperatureOption(): Option {
  return new Option("--temperature <t>", "0 or more; the provider's default without it").argParser(amount);
}

export function budgetOption(): Option {
  return new Option("--budget <usd>", "dollars that may be spent at most (10 without it)").argParser(amount);
}

/** A number of 0 or more. */
function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError("Expected a number, 0 or more.");
  }
  return value;
}
