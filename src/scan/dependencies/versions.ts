/** Versions as Python packages and crates have them (PEP 440), as far as it needs to tell older from newer. */

const RELEASE = /^\s*v?(?:\d+!)?(\d+(?:\.\d+)*)(.*)$/;
const PRE_RELEASE = /^[-_.]?(a|b|c|rc|alpha|beta|pre|preview|dev)\d*/i;

/** Less than 0 if the left one is older; what is no version is older than any. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(isPreRelease(right)) - Number(isPreRelease(left));
}

function numbersOf(version: string): number[] {
  return (RELEASE.exec(version)?.[1] ?? "").split(".").map(Number);
}

function isPreRelease(version: string): boolean {
  return PRE_RELEASE.test(RELEASE.exec(version)?.[2] ?? "");
}

/** What a requirement leaves open. */
export interface Bounds {
  /** The one version it allows, null if there are more. */
  readonly exact: string | null;
  /** No version from this on is allowed, null if there is no end. With `includes`, it is itself the newest. */
  readonly below: string | null;
  readonly includes: boolean;
}

const ANY: Bounds = { exact: null, below: null, includes: false };

/**
 * The bounds of a version specifier: `>=1.20,<2`, `==1.26.*`, `~=1.4.2`; also Poetry's `^1.2`, `~1.2` and a bare
 * version, which is exact there.
 */
export function boundsOf(specifier: string): Bounds {
  if (specifier.includes("||")) return ANY;
  let bounds = ANY;
  for (const clause of specifier.split(",")) {
    const match = /^\s*(===?|~=|<=|>=|!=|<|>|\^|~|=)?\s*([\w.!+*-]+)\s*$/.exec(clause);
    if (match === null) continue;
    const found = clauseBounds(match[1] ?? "==", match[2] ?? "");
    if (found.exact !== null) return found;
    if (found.below !== null && (bounds.below === null || compareVersions(found.below, bounds.below) < 0))
      bounds = found;
  }
  return bounds;
}

function clauseBounds(operator: string, version: string): Bounds {
  const numbers = numbersOf(version);
  switch (operator) {
    case "=":
    case "==":
    case "===":
      if (version === "*") return ANY;
      return version.endsWith(".*") ? below(raised(numbers, numbers.length - 1)) : { ...ANY, exact: version };
    case "<":
      return below(version);
    case "<=":
      return { exact: null, below: version, includes: true };
    case "~=":
      return below(raised(numbers, Math.max(0, numbers.length - 2)));
    case "~":
      return below(raised(numbers, Math.min(1, numbers.length - 1)));
    case "^": {
      const first = numbers.findIndex((number) => number > 0);
      return below(raised(numbers, first < 0 ? numbers.length - 1 : first));
    }
    default:
      return ANY;
  }
}

function below(version: string): Bounds {
  return { exact: null, below: version, includes: false };
}

/** The version whose number at this place is one more, and nothing behind it. */
function raised(numbers: readonly number[], place: number): string {
  return numbers
    .map((number, index) => (index === place ? number + 1 : number))
    .slice(0, place + 1)
    .join(".");
}

/** Whether the newest allowed version is older than this one. */
export function endsBefore({ exact, below: end, includes }: Bounds, version: string): boolean {
  if (exact !== null) return compareVersions(exact, version) < 0;
  if (end === null) return false;
  const difference = compareVersions(end, version);
  return includes ? difference < 0 : difference <= 0;
}
