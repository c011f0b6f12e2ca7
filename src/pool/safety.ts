/** What safety checks have seen, over all workers. */

/** Two threads inside the same thing at the same time. */
export interface Overlap {
  /** `method`: two calls on an undeclared class. `write`: an attribute of a declared class, without its lock. */
  readonly kind: "method" | "write";
  readonly class: string;
  /** The method entered, or the attribute written. */
  readonly member: string;
  /** The method the other thread was inside. */
  readonly otherMember: string;
  readonly count: number;
  /** Stacks of the first time, as Python prints them. */
  readonly stack: string;
  readonly otherStack: string;
}

export interface SafetyReport {
  readonly overlaps: readonly Overlap[];
  /** Imported libraries that are known not to be safe, or to switch the GIL on. */
  readonly libraries: readonly { readonly module: string; readonly reason: string }[];
}

/** Adds up what the workers said. */
export function mergeReports(answers: readonly unknown[]): SafetyReport {
  const overlaps = new Map<string, Overlap>();
  const libraries = new Map<string, { module: string; reason: string }>();
  for (const answer of answers) {
    if (typeof answer !== "object" || answer === null) continue;
    const report = answer as SafetyReport;
    for (const overlap of report.overlaps) {
      const key = [overlap.kind, overlap.class, overlap.member, overlap.otherMember].join(" ");
      const known = overlaps.get(key);
      overlaps.set(key, known === undefined ? overlap : { ...known, count: known.count + overlap.count });
    }
    for (const library of report.libraries) libraries.set(library.module, library);
  }
  return { overlaps: [...overlaps.values()], libraries: [...libraries.values()] };
}

/** For a class that two threads may not be inside of at once, since nobody has said that they may. */
export function warnOfSerialised(className: string): void {
  process.emitWarning(
    `calls of ${className} wait for one another: the class is not declared thread-safe. ` +
      "If it is, decorate it with nogil.thread_safe; if it need not be shared, use functions.",
    { type: "NogilWarning", code: "NOGIL_SERIALISED" },
  );
}
