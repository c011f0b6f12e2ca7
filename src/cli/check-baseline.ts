/** `--baseline` and `--write-baseline`: findings that are known are not told again. */
import { readFileSync } from "node:fs";
import {
  baselineOf,
  fingerprintsOf,
  parseBaseline,
  type Report,
  replaceFile,
  type SourceLines,
  withoutKnown,
} from "../analyzer/index.js";
import { ExitCode } from "./context.js";
import { CommandFailed, fileProblem } from "./failure.js";
import { count, type Terminal } from "./terminal/index.js";

/** The report without what the baseline in `file` knows. */
export function withoutBaseline(
  report: Report,
  file: string,
  lines: SourceLines,
  terminal: Terminal,
): Report {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const hint = "--write-baseline makes one";
    throw new CommandFailed(`baseline ${file}: ${fileProblem(error)}; ${hint}`, ExitCode.WRONG_USAGE);
  }
  const baseline = parseBaseline(text);
  if (baseline === undefined) {
    throw new CommandFailed(`baseline ${file} is not what --write-baseline writes`, ExitCode.WRONG_USAGE);
  }
  const { fresh, outdated } = withoutKnown(report.findings, fingerprints(report, lines), baseline);
  if (outdated > 0) terminal.note(`baseline ${file}: ${count(outdated)} of its findings are gone`);
  return { ...report, findings: fresh };
}

/** Writes a baseline of all findings. */
export function writeBaseline(report: Report, file: string, lines: SourceLines, terminal: Terminal): void {
  const baseline = baselineOf(report.findings, fingerprints(report, lines));
  try {
    replaceFile(file, `${JSON.stringify(baseline, null, 2)}\n`);
  } catch (error) {
    throw new CommandFailed(`baseline ${file}: ${fileProblem(error)}`);
  }
  terminal.note(`baseline ${file}: ${count(report.findings.length)} findings written`);
}

function fingerprints({ findings }: Report, lines: SourceLines): string[] {
  return fingerprintsOf(findings, (finding) => lines.line(finding));
}
