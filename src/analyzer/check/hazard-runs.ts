/** What running the example of a rule showed, in the words of the rule's page. */

/** How often an example did damage, out of how many updates, calls or rounds. */
export interface HazardCount {
  readonly damaged: number;
  readonly of: number;
  /** What the damage is: `increments lost`. */
  readonly what: string;
  /** Child processes that a signal ended, by the signal's name. */
  readonly signals?: Readonly<Record<string, number>>;
}

/** The unsafe and the safe example of one rule, run on one interpreter. */
export interface HazardRun {
  readonly unsafe: HazardCount;
  readonly safe: HazardCount;
}

/** Runs of all examples; `scripts/verify-hazards.js` writes them. */
export interface HazardRuns {
  /** The day, `2026-11-22`. */
  readonly date: string;
  /** `2 cores, Intel Xeon`. */
  readonly machine: string;
  /** How long each example was repeated. */
  readonly seconds: number;
  /** By rule: what the unsafe example does, in a sentence. */
  readonly examples: Readonly<Record<string, string>>;
  /** By interpreter (`CPython 3.13.5 free-threaded`), by rule. */
  readonly interpreters: Readonly<Record<string, Readonly<Record<string, HazardRun>>>>;
}

/** The section of a rule's page; undefined if there is no example of the rule. */
export function seenSection(runs: HazardRuns, code: string): string | undefined {
  const example = runs.examples[code];
  if (example === undefined) return undefined;
  const folder = code.toLowerCase();
  const rows = Object.entries(runs.interpreters).flatMap(([interpreter, results]) => {
    const run = results[code];
    return run === undefined ? [] : [`| ${interpreter} | ${counted(run.unsafe)} | ${counted(run.safe)} |`];
  });
  return [
    "## Seen",
    example,
    ["| | unsafe | safe |", "|---|---|---|", ...rows].join("\n"),
    `Run on ${runs.date} for ${runs.seconds} s each (${runs.machine}) by \`node scripts/verify-hazards.js\`; one alone: \`cd tests/hazards && python3.13t -m ${folder}.unsafe\`. The tests of the project repeat it.`,
  ].join("\n\n");
}

function counted({ damaged, of, what, signals = {} }: HazardCount): string {
  const ended = Object.entries(signals).map(([name, count]) => `${name} ${count} times`);
  const crashes = ended.length === 0 ? "" : ` (${ended.join(", ")})`;
  return `${damaged.toLocaleString("en")} of ${of.toLocaleString("en")} ${what}${crashes}`;
}
