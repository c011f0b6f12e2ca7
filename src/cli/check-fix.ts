/** `--fix` and `--diff`: repairs are written, or shown. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  type AnalyzeOptions,
  decodeSource,
  type FixedFiles,
  type Report,
  replaceFile,
  unifiedDiff,
} from "../analyzer/index.js";
import { ExitCode } from "./context.js";
import { CommandFailed, fileProblem } from "./failure.js";
import { count, type Terminal } from "./terminal/index.js";

/** Writes the files that change; the report on what is left. */
export function writeFixes({ files, fixed, report }: FixedFiles, terminal: Terminal): Report {
  const failed: string[] = [];
  for (const [path, content] of files) {
    try {
      replaceFile(resolve(path), content);
    } catch (error) {
      failed.push(`${path}: ${fileProblem(error)}`);
    }
  }
  if (failed.length > 0) {
    throw new CommandFailed(`not fixed: ${failed.join("; ")}`, ExitCode.WRONG_USAGE);
  }
  if (fixed.length > 0)
    terminal.note(`findings fixed: ${count(fixed.length)}; files changed: ${count(files.size)}`);
  return report;
}

/** Prints what would change. The exit code is 1 if anything would. */
export async function printDiff(
  { files, report }: FixedFiles,
  { sources = [] }: Pick<AnalyzeOptions, "sources">,
  terminal: Terminal,
): Promise<number> {
  for (const [path, content] of files) {
    const given = sources.find((source) => source.path === path)?.source;
    const before = given === undefined ? readFileSync(resolve(path)) : Buffer.from(given);
    await terminal.write(unifiedDiff(path, textOf(before), textOf(content)));
  }
  if (report.errors.length > 0) return ExitCode.WRONG_USAGE;
  return files.size > 0 ? ExitCode.FAILED : ExitCode.OK;
}

/** With its mark, if it has one: to `patch` it is part of the first line. */
function textOf(file: Uint8Array): string {
  const { bytes, encoding, problem } = decodeSource(file);
  const isUtf8 = problem === undefined && /^utf/i.test(encoding);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(isUtf8 ? file : bytes);
}
