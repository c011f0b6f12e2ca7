import { MalformedText } from "./malformed-text.js";

/** The value of a JSON text. @throws MalformedText */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /at position (\d+)/.exec(message)?.[1];
    const offset = position === undefined ? text.length : Number(position);
    const before = text.slice(0, offset).split("\n");
    throw new MalformedText(
      `it is not JSON: ${message.replace(/\s*\(line \d+ column \d+\)$/, "").replace(/ at position \d+.*$/s, "")}`,
      before.length,
      (before.at(-1)?.length ?? 0) + 1,
    );
  }
}
