import type { CommandResult } from "../command.js";
import type { VersionRequest } from "../version.js";

/**
 * One way to obtain a free-threaded Python. A source either puts a complete installation into its folder or throws
 * {@link SourceUnavailable}; then the next one is tried.
 */
export interface InstallSource {
  readonly name: SourceName;
  obtain(job: InstallJob): Promise<Obtained>;
}

type SourceName = "uv" | "conda" | "pyenv" | "python.org" | "debian";

/** What a source has to work with. */
export interface InstallJob {
  /** Version asked for; always a free-threaded build. */
  readonly request: VersionRequest;
  /** Build with profile-guided optimisation, where the source builds. */
  readonly optimize: boolean;
  /** Where finished installations stand, one folder each. */
  readonly interpretersFolder: string;
  /** The source's own folder for downloads and half-done work; kept between attempts so that they resume. */
  readonly workFolder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds a source may take to show that it is in reach. */
  readonly reachMs: number;
  readonly signal: AbortSignal | undefined;
  /** Reports a step; `fraction` is null where the end is not known. */
  readonly progress: (step: string, fraction?: number | null) => void;
}

/** A complete installation, not yet declared so. */
export interface Obtained {
  /** Where it shall stand. */
  readonly folder: string;
  /** Where it stands now, when that is not `folder`: it is moved there in one step. */
  readonly staged?: string;
  /** Path of the executable inside the folder. */
  readonly executable: string;
  readonly optimized: boolean;
}

/** The source cannot help; `remedy` is what the user can do so that it can. */
export class SourceUnavailable extends Error {
  constructor(
    reason: string,
    readonly remedy?: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.name = "SourceUnavailable";
  }
}

/** How long a source that has begun to answer may be silent. */
export const SILENCE_MS = 60_000;

/** Why a tool did not deliver, from how it ended. */
export function failureOf(tool: string, result: CommandResult, reachMs: number): SourceUnavailable {
  if (result.outcome === "not started") {
    return new SourceUnavailable(`${tool} does not start (${result.error?.code ?? "unknown error"})`);
  }
  if (result.outcome === "stalled" || result.outcome === "timed out") {
    return new SourceUnavailable(`${tool} got no answer from its server within ${reachMs / 1000} s`);
  }
  const lines = (result.stderr.trim() === "" ? result.stdout : result.stderr)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  // The first line says what failed, the last why.
  const said = [...new Set([lines[0], lines.at(-1)])].filter((line) => line !== undefined).join(" … ");
  const how = result.signal === null ? `exit code ${result.code}` : `signal ${result.signal}`;
  return new SourceUnavailable(`${tool} failed (${how}): ${said.slice(0, 400)}`);
}
