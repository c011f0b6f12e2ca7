/** The Python that findings are for: many hazards exist on some versions only. */
import { InvalidOption } from "../errors.js";

export interface Target {
  /** As it was asked for: `3.14t`. */
  readonly text: string;
  readonly minor: number;
  /** Patch release; the newest when it was not named. */
  readonly patch: number;
  /** True for a build without the GIL. */
  readonly freeThreaded: boolean;
}

/** What is assumed without `target`. */
export const DEFAULT_TARGET = "3.14t";

const OLDEST_MINOR = 9;
const FIRST_FREE_THREADED_MINOR = 13;
const NEWEST_PATCH = Number.MAX_SAFE_INTEGER;
const PATTERN = /^3\.(\d{1,2})(?:\.(\d{1,3}))?(t?)$/;

/**
 * Reads a version such as `3.13t`, `3.14.4t` or `3.12`.
 * @throws InvalidOption for anything else
 */
export function parseTarget(text: string): Target {
  const match = PATTERN.exec(text);
  const minor = Number(match?.[1] ?? -1);
  const freeThreaded = match?.[3] === "t";
  if (match === null || minor < OLDEST_MINOR || (freeThreaded && minor < FIRST_FREE_THREADED_MINOR)) {
    throw new InvalidOption("target", text, 'a version such as "3.14t", "3.13.5t" or "3.12" (3.9 or newer)');
  }
  return { text, minor, patch: match[2] === undefined ? NEWEST_PATCH : Number(match[2]), freeThreaded };
}

/** True if the target is at least version 3.`minor`.`patch`. */
export function isAtLeast(target: Target, minor: number, patch = 0): boolean {
  return target.minor > minor || (target.minor === minor && target.patch >= patch);
}
