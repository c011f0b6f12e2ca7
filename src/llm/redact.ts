/** Secrets out of text that ends in messages and logs. */

const EXCERPT_LENGTH = 500;
const SHORTEST_SECRET = 6;
// Prefixes the providers give their keys, bearer tokens, and keys in query strings.
const KEY_SHAPES =
  /\b(?:sk|pk|gsk|xai|csk|hf|r8|tgp|sk-ant|sk-or)[-_][A-Za-z0-9_*-]{6,}|\bAIza[A-Za-z0-9_-]{10,}|(?<=bearer )[A-Za-z0-9._~+/=-]{6,}|(?<=[?&](?:api_?)?key=)[^&\s"']+/gi;

/**
 * The text with key-shaped parts and every given secret replaced.
 * @param secrets exact values to remove wherever they stand.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= SHORTEST_SECRET) clean = clean.replaceAll(secret, "[redacted]");
  }
  return clean.replace(KEY_SHAPES, "[redacted]");
}

/** The first part of a response body, on one line, without secrets. */
export function excerpt(body: string, secrets: readonly string[]): string {
  // Redacted before it is cut: half a key at the border would no longer be recognised.
  const clean = redact(body.slice(0, 4 * EXCERPT_LENGTH), secrets)
    .replace(/\s+/g, " ")
    .trim();
  return clean.length > EXCERPT_LENGTH ? `${clean.slice(0, EXCERPT_LENGTH)}…` : clean;
}
