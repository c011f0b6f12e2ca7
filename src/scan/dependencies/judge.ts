/** Whether a dependency can be installed and used without the GIL, by the best evidence there is. */
import type { Target } from "../../analyzer/index.js";
import type { DependencyReport } from "../report.js";
import type { Dependency } from "./dependency.js";
import type { KnownPackages } from "./known-packages.js";
import { boundsOf, compareVersions, endsBefore } from "./versions.js";
import { fitOf } from "./wheel-tags.js";

export interface Judged extends DependencyReport {
  readonly dependency: Dependency;
  /** What to do, null where nothing is to be done. */
  readonly fix: string | null;
}

type Opinion = Pick<Judged, "status" | "evidence" | "reason" | "fix">;

export function judgeDependency(dependency: Dependency, target: Target, known: KnownPackages): Judged {
  const { name, specifier, wheels, range } = dependency;
  const version = boundsOf(specifier).exact;
  const opinion =
    wheels !== null && wheels.length > 0
      ? byWheels(dependency, wheels, target, known)
      : byKnown(dependency, known);
  return { name, version, path: range.path, line: range.line, ...opinion, dependency };
}

function byWheels(
  { name, specifier }: Dependency,
  wheels: readonly string[],
  target: Target,
  known: KnownPackages,
): Opinion {
  const fits = wheels.map((wheel) => fitOf(wheel, target));
  const abi = `cp3${target.minor}t`;
  if (fits.includes("abi"))
    return {
      status: "ready",
      evidence: "lock file",
      reason: `the lock file has a wheel that ${target.text} can install`,
      fix: null,
    };
  if (fits.includes("pure"))
    return { status: "ready", evidence: "lock file", reason: "its wheel is pure Python", fix: null };
  const count = wheels.length === 1 ? "one wheel" : `${wheels.length} wheels`;
  const first = known.firstVersions.get(name);
  const isLater = typeof first === "string" && endsBefore(boundsOf(specifier), first);
  return {
    status: "not-ready",
    evidence: "lock file",
    reason: `the lock file lists ${count} of ${name} ${boundsOf(specifier).exact ?? ""}, none for ${abi}`,
    fix: isLater
      ? `upgrade ${name} to ${first} or newer (known on ${known.date}) and lock again`
      : `look for a version of ${name} with a wheel for ${abi} and lock again, or keep what needs it in processes`,
  };
}

function byKnown({ name, specifier }: Dependency, { firstVersions, date }: KnownPackages): Opinion {
  const first = firstVersions.get(name);
  if (first === undefined)
    return {
      status: "unknown",
      evidence: "nothing",
      reason: "neither a lock file's wheels nor the list of known packages tell of it",
      fix: null,
    };
  if (first === null)
    return {
      status: "not-ready",
      evidence: "known",
      reason: `no version of ${name} had wheels for a free-threaded Python on ${date}`,
      fix: `see whether ${name} has them by now, replace it, or keep what needs it in processes`,
    };
  const bounds = boundsOf(specifier);
  if (!endsBefore(bounds, first))
    return {
      status: "ready",
      evidence: "known",
      reason: `it has wheels for free-threaded Pythons from ${first} on (${date})`,
      fix: null,
    };
  const allowed =
    bounds.exact === null
      ? `${name}${specifier} allows no version`
      : `${name} ${bounds.exact} is older than the first`;
  return {
    status: "not-ready",
    evidence: "known",
    reason: `${allowed} with wheels for a free-threaded Python, ${first} (${date})`,
    fix: `allow ${name} ${first} or newer`,
  };
}

const ORDER = ["ready", "unknown", "not-ready"] as const;

/**
 * One report for each package. What is locked counts more than what is asked for; of several locked versions, each for
 * other Pythons, the one that fits best, then the newest.
 */
export function onePerPackage(judged: readonly Judged[]): Judged[] {
  const byName = new Map<string, Judged>();
  for (const one of judged) {
    const other = byName.get(one.name);
    if (other === undefined || isBetter(one, other)) byName.set(one.name, one);
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isBetter(one: Judged, other: Judged): boolean {
  const [locked, otherLocked] = [Number(one.dependency.isLocked), Number(other.dependency.isLocked)];
  if (locked !== otherLocked) return locked > otherLocked;
  // Two requirements must both be met; two locked versions are alternatives.
  const [aside, otherAside] = [one.dependency.isForDevelopment, other.dependency.isForDevelopment];
  if (aside !== otherAside && !one.dependency.isLocked) return otherAside;
  const difference = ORDER.indexOf(one.status) - ORDER.indexOf(other.status);
  if (difference !== 0) return one.dependency.isLocked ? difference < 0 : difference > 0;
  return compareVersions(one.version ?? "0", other.version ?? "0") > 0;
}
