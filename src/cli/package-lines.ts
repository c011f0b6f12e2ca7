/** Package readiness as `nogil status --packages` shows it. */
import type { PackageReadiness, PackageReport, PackageVerdict } from "../interpreter/index.js";
import { type Colors, plural, table } from "./terminal/index.js";

const COLUMNS = [
  { title: "" },
  { title: "package" },
  { title: "version" },
  { title: "wheel" },
  { title: "says of itself" },
  { title: "measured" },
] as const;

const CLASSIFIER = "Programming Language :: Python :: Free Threading :: ";

/** The table, and beneath it what keeps each package from being ready. */
export function packageLines({ packages, pure, ready }: PackageReport, colors: Colors): string[] {
  const { bold, dim } = colors;
  const lines = [bold("Packages with extension modules:")];
  if (packages.length === 0) lines.push("  none");
  else {
    const rows = packages.map((one) => [
      mark(one.verdict, colors),
      one.distribution ?? one.module,
      one.version ?? "",
      abiTags(one),
      one.classifiers.map((text) => text.replace(CLASSIFIER, "")).join(", ") || "nothing",
      one.reason,
    ]);
    for (const line of table(COLUMNS, rows, dim)) lines.push(`  ${line}`);
  }
  for (const one of packages.filter(({ chain }) => chain.length > 0))
    lines.push("", ...chainLines(one, colors));
  const unseen = packages.filter(({ notLoaded }) => notLoaded.length > 0);
  if (unseen.length > 0) {
    const list = unseen.map(({ module, notLoaded }) => `${module} ${notLoaded.length}`).join(", ");
    lines.push(
      "",
      dim(`Extension modules that importing the package does not load, so not measured: ${list}.`),
    );
  }
  if (pure.length > 0)
    lines.push("", dim(`${plural(pure.length, "distribution")} in pure Python cannot switch the GIL on.`));
  if (packages.length > 0) lines.push("", summary(packages, ready, colors));
  return lines;
}

function mark(verdict: PackageVerdict, { green, red, yellow }: Colors): string {
  if (verdict === "ready" || verdict === "declares-ready") return green("✓");
  return verdict === "unknown" ? yellow("?") : red("✗");
}

/** The ABI part of the wheel's tags, which says what it was built for. */
function abiTags({ wheelTags }: PackageReadiness): string {
  return [...new Set(wheelTags.map((tag) => tag.split("-")[1] ?? tag))].join(", ");
}

function chainLines({ module, chain, gilModule }: PackageReadiness, { bold }: Colors): string[] {
  const links = chain.map((link, depth) => {
    const at = link.file === null ? "" : ` (${link.file}:${link.line})`;
    return `  ${"  ".repeat(depth)}${link.module}${at}${depth < chain.length - 1 ? " imports" : ""}`;
  });
  return [`${bold(module)}: ${gilModule} switches the GIL on`, ...links];
}

function summary(packages: readonly PackageReadiness[], ready: boolean, { green, yellow }: Colors): string {
  if (ready) return green(`All ${packages.length} leave the GIL off.`);
  const names = (verdicts: readonly PackageVerdict[]) =>
    packages
      .filter(({ verdict }) => verdicts.includes(verdict))
      .map(({ distribution, module }) => distribution ?? module)
      .join(", ");
  const open = names(["turns-gil-on", "declares-nothing", "fails", "crashes", "hangs"]);
  if (open === "") return yellow("Nothing was measured: do it with a free-threaded Python.");
  return yellow(
    `Not ready: ${open}. Look for a newer version with a wheel for free-threaded Python, or keep what needs it in ` +
      "processes (nogil's process profile).",
  );
}
