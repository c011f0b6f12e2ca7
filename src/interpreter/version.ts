import { InvalidOption } from "../errors.js";

/**
 * Versions of Python and requests for one. A request is what people write after `uv python install`,
 * into `.python-version` or into `requires-python`: `3.14t`, `3.13`, `3.13.5t`, `>=3.11,<3.14`, `t`.
 */

/** A version taken apart. Pre-releases sort before their release. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly micro: number;
  /** `a1`, `b2`, `rc1` as [stage, number]; null for a release. */
  readonly pre: readonly ["a" | "b" | "rc", number] | null;
}

/** One comparison of a request. */
interface Clause {
  readonly operator: "==" | "!=" | ">=" | "<=" | ">" | "<" | "~=";
  /** Two or three numbers; one where only the major version matters. */
  readonly release: readonly number[];
  readonly pre: Version["pre"];
}

/** What Python is asked for. */
export interface VersionRequest {
  /** The request as it was written. */
  readonly text: string;
  /** True when a free-threaded build is demanded, null when either build will do. */
  readonly freeThreaded: true | null;
  /** All must hold. Empty: any version. */
  readonly clauses: readonly Clause[];
}

const VERSION = /^(\d+)\.(\d+)(?:\.(\d+))?(?:(a|b|rc)(\d+))?$/;
const PLAIN_REQUEST = /^(\d{1,2})(?:\.(\d{1,3}))?(?:\.(\d{1,3}))?(?:(a|b|rc)(\d{1,3}))?$/;
const CLAUSE = /^(==|!=|>=|<=|>|<|~=)\s*(\d{1,2}(?:\.\d{1,3}){0,2})(\.\*)?(?:(a|b|rc)(\d{1,3}))?$/;
const STAGES = ["a", "b", "rc"] as const;

/** Reads `"3.13.5"` or `"3.15.0rc1"`; undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text);
  if (match === null) return undefined;
  return {
    major: Number(match[1]),
    minor: Number(match[2]),
    micro: Number(match[3] ?? 0),
    pre: preRelease(match[4], match[5]),
  };
}

/** Negative when `left` is older than `right`, as `Array.sort` wants it. */
export function compareVersions(left: Version, right: Version): number {
  return (
    left.major - right.major ||
    left.minor - right.minor ||
    left.micro - right.micro ||
    comparePre(left.pre, right.pre)
  );
}

/**
 * Reads a request for a Python version.
 *
 * @param text - `"3.14t"`, `"3.13"`, `"3.13.5t"`, `">=3.11,<3.14"`, `"~=3.12"`, `"t"` (any free-threaded build);
 *   `python`, `cpython-` or `cpython@` before it and `+freethreaded` after it are understood too
 * @throws {@link InvalidOption} when it is none of these
 */
export function parseVersionRequest(text: string): VersionRequest {
  const request = readVersionRequest(text);
  if (request === undefined) {
    throw new InvalidOption(
      "python version",
      text,
      'a version such as "3.14t", "3.13", "3.13.5t" or ">=3.11,<3.14", or "t" for any free-threaded build',
    );
  }
  return request;
}

/** Like {@link parseVersionRequest}, undefined instead of an error. */
export function readVersionRequest(text: string): VersionRequest | undefined {
  let rest = text
    .trim()
    .toLowerCase()
    .replace(/^(?:cpython|python)[-@]?/, "");
  let freeThreaded: true | null = null;
  const mark = /(?:\+freethreaded|\+t|t)$/.exec(rest);
  if (mark !== null) {
    freeThreaded = true;
    rest = rest.slice(0, mark.index).trim();
  }
  if (rest === "") return freeThreaded === null ? undefined : { text, freeThreaded, clauses: [] };
  const plain = PLAIN_REQUEST.exec(rest);
  if (plain !== null) {
    const release = [plain[1], plain[2], plain[3]].filter((part) => part !== undefined).map(Number);
    return {
      text,
      freeThreaded,
      clauses: [{ operator: "==", release, pre: preRelease(plain[4], plain[5]) }],
    };
  }
  const clauses: Clause[] = [];
  for (const part of rest.split(",")) {
    const clause = readClause(part.trim());
    if (clause === undefined) return undefined;
    clauses.push(clause);
  }
  return { text, freeThreaded, clauses };
}

/** Whether an interpreter of this version and build is what was asked for. */
export function satisfies(
  request: VersionRequest,
  found: { readonly version: string; readonly freeThreadedBuild: boolean },
): boolean {
  if (request.freeThreaded === true && !found.freeThreadedBuild) return false;
  const version = parseVersion(found.version);
  return version !== undefined && request.clauses.every((clause) => holds(clause, version));
}

function readClause(text: string): Clause | undefined {
  const match = CLAUSE.exec(text);
  if (match === null) return undefined;
  const operator = match[1] as Clause["operator"];
  const release = match[2]!.split(".").map(Number);
  const wildcard = match[3] !== undefined;
  if (wildcard && operator !== "==" && operator !== "!=") return undefined;
  if (operator === "~=" && release.length < 2) return undefined;
  // PEP 440: without ".*" an equality means exactly that release, so "==3.12" is 3.12.0.
  if (!wildcard && (operator === "==" || operator === "!=")) while (release.length < 3) release.push(0);
  return { operator, release, pre: preRelease(match[4], match[5]) };
}

function holds(clause: Clause, version: Version): boolean {
  const [major = 0, minor = 0, micro = 0] = clause.release;
  const bound: Version = { major, minor, micro, pre: clause.pre };
  const order = compareVersions(version, bound);
  switch (clause.operator) {
    case "==":
      return matchesPrefix(clause, version);
    case "!=":
      return !matchesPrefix(clause, version);
    case ">=":
      return order >= 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case "<":
      // PEP 440: "<3.14" leaves out the pre-releases of 3.14 too.
      return order < 0 && !(clause.pre === null && version.pre !== null && sameRelease(version, bound));
    case "~=":
      return order >= 0 && startsWith(version, clause.release.slice(0, -1));
  }
}

function matchesPrefix(clause: Clause, version: Version): boolean {
  if (!startsWith(version, clause.release)) return false;
  return clause.pre === null
    ? clause.release.length < 3 || version.pre === null
    : comparePre(version.pre, clause.pre) === 0;
}

function startsWith(version: Version, release: readonly number[]): boolean {
  const numbers = [version.major, version.minor, version.micro];
  return release.every((part, index) => part === numbers[index]);
}

function sameRelease(left: Version, right: Version): boolean {
  return left.major === right.major && left.minor === right.minor && left.micro === right.micro;
}

function preRelease(stage: string | undefined, number: string | undefined): Version["pre"] {
  return stage === undefined ? null : [stage as "a" | "b" | "rc", Number(number)];
}

function comparePre(left: Version["pre"], right: Version["pre"]): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
  return STAGES.indexOf(left[0]) - STAGES.indexOf(right[0]) || left[1] - right[1];
}
