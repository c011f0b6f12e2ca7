import { parse, TomlError } from "smol-toml";
import { MalformedText } from "./malformed-text.js";

/** The tables of a TOML text. @throws MalformedText */
export function readToml(text: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw new MalformedText(String(error));
    // Its message goes on with an excerpt of the file.
    const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    throw new MalformedText(`it is not TOML: ${reason}`, error.line, error.column);
  }
}
