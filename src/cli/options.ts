/** Options that several commands share, and what their values must be. */
import { InvalidArgumentError, Option } from "commander";
import { parseJson } from "./json/index.js";

const MAX_MILLISECONDS = 2 ** 31 - 1;

export function pythonOption(): Option {
  return new Option(
    "--python <python>",
    'the Python to use: a path, a command, a virtual environment or a version such as "3.14t" or ">=3.11"',
  );
}

export function profileOption(): Option {
  return new Option(
    "--profile <profile>",
    "threads of one process, or processes; auto takes threads where the GIL is off",
  )
    .choices(["auto", "thread", "process"])
    .default("auto");
}

export function timeoutOption(): Option {
  return new Option("--timeout <ms>", "milliseconds one call may take").argParser(milliseconds);
}

/** A whole number, 1 or more. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("Expected a whole number, 1 or more.");
  }
  return value;
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= MAX_MILLISECONDS)) {
    throw new InvalidArgumentError(`Expected milliseconds, more than 0 and at most ${MAX_MILLISECONDS}.`);
  }
  return value;
}

const CODE = /^NG\d{0,3}[a-z]?$/i;

/** Codes of rules, or what they begin with, separated by commas; the option may be given more than once. */
export function codeList(text: string, earlier: readonly string[] = []): readonly string[] {
  const codes = text.split(",").map((code) => code.trim());
  if (!codes.every((code) => CODE.test(code))) {
    throw new InvalidArgumentError('Expected codes of rules such as "NG105" or "NG1,NG401".');
  }
  return [...earlier, ...codes];
}

/** A JSON object: the keyword arguments of a call. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError(`Expected a JSON object such as '{"width": 64}'.`);
  }
  return value as Readonly<Record<string, unknown>>;
}
