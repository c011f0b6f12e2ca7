/** What was measured, as findings of NG607 and as the evidence of dependencies. */
import type { SourceRange, Target } from "../../analyzer/index.js";
import type { PackageReadiness } from "../../interpreter/index.js";
import { type Judged, normalName } from "../dependencies/index.js";
import type { PackagingFinding } from "../report.js";
import { depRuntime, RuleContext } from "../rules/index.js";
import type { Measured } from "./measure.js";

export function environmentFindings(
  { interpreter, packages, foreign }: Measured,
  target: Target,
): readonly PackagingFinding[] {
  const context = new RuleContext(depRuntime, target);
  if (interpreter === null) return [];
  for (const one of packages?.packages ?? []) {
    if (one.verdict === "ready" || one.verdict === "unknown") continue;
    const name = `${one.distribution ?? one.module}${one.version === null ? "" : ` ${one.version}`}`;
    context.report(placeOf(one, interpreter.path), `${name}: ${one.reason}${chainOf(one)}`);
  }
  for (const { path, abi } of foreign) {
    const message = `it is compiled for ${abi}: ${interpreter.path} (${interpreter.abi}) does not load it`;
    context.report(placeAt(path, 1), message, {
      fix: "install its package with the Python of this environment",
    });
  }
  return context.findings;
}

/** The import that leads to the module, else the interpreter. */
function placeOf({ chain }: PackageReadiness, python: string): SourceRange {
  const link = chain.find(({ file }) => file !== null);
  return placeAt(link?.file ?? python, link?.line ?? 1);
}

function placeAt(path: string, line: number): SourceRange {
  return { path, line, column: 1, endLine: line, endColumn: 1 };
}

function chainOf({ chain }: PackageReadiness): string {
  return chain.length < 2 ? "" : ` (${chain.map(({ module }) => module).join(" imports ")})`;
}

/** Dependencies that are installed in the version asked for are what they were measured to be. */
export function withMeasurements(judged: readonly Judged[], { packages }: Measured): Judged[] {
  if (packages === null) return [...judged];
  const measured = new Map(packages.packages.map((one) => [normalName(one.distribution ?? one.module), one]));
  const pure = new Set(packages.pure.map(normalName));
  return judged.map((one): Judged => {
    if (pure.has(one.name))
      return {
        ...one,
        status: "ready",
        evidence: "measured",
        reason: "installed, and pure Python",
        fix: null,
      };
    const found = measured.get(one.name);
    const isOther = one.version !== null && found?.version !== null && found?.version !== one.version;
    if (found === undefined || isOther || found.verdict === "unknown") return one;
    const version = found.version ?? one.version;
    const status = found.verdict === "ready" ? "ready" : "not-ready";
    return { ...one, version, status, evidence: "measured", reason: found.reason, fix: null };
  });
}
