/** What is known of packages without asking anybody: since which version they have wheels for free-threaded Pythons. */
import { readFileSync } from "node:fs";
import { InvalidOption } from "../../errors.js";
import { packageFile } from "../../package-root.js";
import { isTable } from "../project/index.js";
import { normalName } from "./requirement.js";

export interface KnownPackages {
  /** Where it was collected. */
  readonly source: string;
  /** The day, `YYYY-MM-DD`. */
  readonly date: string;
  /** By normalised name: the first version with such wheels; null if there was none on that day. */
  readonly firstVersions: ReadonlyMap<string, string | null>;
}

/**
 * Reads a list of known packages.
 * @param path - a file of the same form as `data/known-packages.json`, which is the default
 * @throws InvalidOption if it cannot be read or is of another form
 */
export function knownPackages(path?: string): KnownPackages {
  const expected = (reason: string) =>
    new InvalidOption(
      "known",
      path,
      `a JSON file {"source", "date", "packages": {name: version or null}}; ${reason}`,
    );
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path ?? packageFile("data", "known-packages.json"), "utf8"));
  } catch (error) {
    throw expected(error instanceof Error ? error.message : String(error));
  }
  if (
    !isTable(value) ||
    typeof value.source !== "string" ||
    typeof value.date !== "string" ||
    !isTable(value.packages)
  )
    throw expected("one of the three is missing");
  const entries = Object.entries(value.packages).map(([name, version]) => {
    if (version !== null && typeof version !== "string") throw expected(`"${name}" has neither`);
    return [normalName(name), version] as const;
  });
  return { source: value.source, date: value.date, firstVersions: new Map(entries) };
}
