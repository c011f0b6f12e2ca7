/** What is known of one installed package with extension modules, and how that decides whether it is ready. */

/** A module in a chain of imports; `file` and `line` say where it imports the next one. */
export interface ImportLink {
  readonly module: string;
  readonly file: string | null;
  readonly line: number | null;
}

/**
 * What the definition of an extension module says of the GIL (the `Py_mod_gil` slot, PEP 703): `"not-used"` keeps it
 * off; `"used"`, `"absent"` and `"single-phase"` (an old kind of module that has no slots) switch it on; null where
 * it could not be read.
 */
export type GilSlot = "not-used" | "used" | "absent" | "single-phase";

/** An extension module that was loaded. */
export interface LoadedExtension {
  readonly module: string;
  readonly slot: GilSlot | null;
}

/**
 * - `ready`: imported, and the GIL is still off
 * - `turns-gil-on`: importing it switched the GIL on for the whole process
 * - `declares-ready`, `declares-nothing`: this Python always has the GIL, so only the slots could be read
 * - `unknown`: the GIL was on before the import, or the slots could not be read
 * - `fails`, `crashes`, `hangs`: it raised, ended the process, or took longer than the limit
 */
export type PackageVerdict =
  | "ready"
  | "turns-gil-on"
  | "declares-ready"
  | "declares-nothing"
  | "unknown"
  | "fails"
  | "crashes"
  | "hangs";

/** One installed package that has extension modules. */
export interface PackageReadiness {
  /** What was imported. */
  readonly module: string;
  /** The distribution it came with, null when no distribution lists it. */
  readonly distribution: string | null;
  readonly version: string | null;
  readonly verdict: PackageVerdict;
  /** The verdict in one sentence. */
  readonly reason: string;
  /** The module that switched the GIL on, which may belong to another package; null when none did. */
  readonly gilModule: string | null;
  /** Who imported whom, from the package to {@link gilModule}. */
  readonly chain: readonly ImportLink[];
  /** Extension modules of the package that its import loaded. */
  readonly loaded: readonly LoadedExtension[];
  /** Its extension modules that are loaded only when something else is imported: nothing was measured of them. */
  readonly notLoaded: readonly string[];
  /** Tags of the wheel it was installed from: `cp313-cp313t-…` is one made for free-threaded builds. */
  readonly wheelTags: readonly string[];
  /** `Free Threading ::` classifiers, as the distribution declares them. */
  readonly classifiers: readonly string[];
}

/** What `python/nogil/installed.py` says of a package. */
export interface InstalledPackage {
  readonly module: string;
  readonly extensions: readonly string[];
  readonly distribution: string | null;
  readonly version: string | null;
  readonly wheelTags: readonly string[];
  readonly classifiers: readonly string[];
}

/** What `python/nogil/import_check.py` says of an import. */
export interface ImportAnswer {
  readonly gilBefore: boolean;
  readonly gilAfter: boolean;
  readonly gilModule: string | null;
  readonly chain: readonly ImportLink[];
  readonly extensions: readonly (LoadedExtension & { readonly atStart: boolean })[];
  readonly error: string | null;
}

/** How an import ended. */
export type ImportOutcome =
  | { readonly kind: "answered"; readonly answer: ImportAnswer }
  | { readonly kind: "crashed" | "hung"; readonly how: string };

/** Puts together what the files say and what the import did. */
export function judge(
  installed: InstalledPackage,
  outcome: ImportOutcome,
  freeThreadedBuild: boolean,
): PackageReadiness {
  const { extensions, ...described } = installed;
  const answer = outcome.kind === "answered" ? outcome.answer : undefined;
  const own = new Set(extensions);
  const loaded = (answer?.extensions ?? []).map(({ module, slot }) => ({ module, slot }));
  const names = new Set(loaded.map(({ module }) => module));
  return {
    ...described,
    ...verdict(outcome, freeThreadedBuild),
    gilModule: answer?.gilModule ?? null,
    chain: answer?.chain ?? [],
    loaded: loaded.filter(({ module }) => own.has(module)),
    notLoaded: extensions.filter((module) => !names.has(module)),
  };
}

function verdict(
  outcome: ImportOutcome,
  freeThreadedBuild: boolean,
): Pick<PackageReadiness, "verdict" | "reason"> {
  if (outcome.kind !== "answered")
    return { verdict: outcome.kind === "hung" ? "hangs" : "crashes", reason: outcome.how };
  const { gilBefore, gilAfter, gilModule, extensions, error } = outcome.answer;
  if (error !== null) return { verdict: "fails", reason: `importing it raised ${error}` };
  if (!freeThreadedBuild) return declared(extensions);
  if (gilBefore)
    return { verdict: "unknown", reason: "the GIL was on before it was imported, so nothing could be seen" };
  if (gilAfter)
    return {
      verdict: "turns-gil-on",
      reason: `importing it switches the GIL on${gilModule === null ? "" : `, because of ${gilModule}`}`,
    };
  return { verdict: "ready", reason: "imported, and the GIL stays off" };
}

function declared(extensions: ImportAnswer["extensions"]): Pick<PackageReadiness, "verdict" | "reason"> {
  const open = extensions.filter(({ slot }) => slot !== "not-used");
  if (extensions.length > 0 && open.length === 0)
    return {
      verdict: "declares-ready",
      reason: "all its loaded modules declare that they need no GIL (this Python always has it)",
    };
  if (extensions.length === 0 || open.some(({ slot }) => slot === null))
    return {
      verdict: "unknown",
      reason: "this Python always has the GIL, so there was nothing to see",
    };
  return {
    verdict: "declares-nothing",
    reason: `${open[0]?.module} does not declare that it needs no GIL`,
  };
}
