/** `nogil types`: declarations beside Python files. */
import type { Command } from "commander";
import { type DeclarationFile, declareFiles, watchFiles } from "../bindings/index.js";
import { type Context, ExitCode } from "./context.js";

interface TypesOptions {
  readonly watch?: boolean;
  readonly check?: boolean;
}

export function addTypes(program: Command, context: Context, end: (exitCode: number) => void): void {
  program
    .command("types")
    .summary("TypeScript declarations for Python files")
    .description(
      'Write x.d.py.ts beside each x.py, so that TypeScript checks `import { f } from "./x.py"`. ' +
        "Python files are read, never run.",
    )
    .argument("[path...]", "Python files, and folders to look through (default: this folder)")
    .option("--watch", "go on, and write again when a Python file changes")
    .option("--check", "write nothing; exit with 1 unless every declaration is up to date")
    .addHelpText(
      "after",
      `
Examples:
  $ nogil types
  $ nogil types src/stats.py src/models
  $ nogil types --watch
  $ nogil types --check                      in CI`,
    )
    .action(async (paths: string[], options: TypesOptions, command: Command) => {
      if (options.watch && options.check) command.error("error: --watch and --check exclude each other");
      end(await types(paths.length === 0 ? ["."] : paths, options, context));
    });
}

async function types(
  paths: readonly string[],
  options: TypesOptions,
  { terminal, signal }: Context,
): Promise<number> {
  const report = async (results: readonly DeclarationFile[]) => {
    const { red, dim, green } = terminal.noteColors;
    for (const { status, source, file, error, difference = [] } of results) {
      if (status === "written") await terminal.print(file);
      if (status === "failed") terminal.note(`${red("error:")} ${error?.message}`);
      if (status !== "stale") continue;
      terminal.note(`${red("out of date:")} ${file} (run nogil types ${source})`);
      for (const line of difference)
        terminal.note(line.startsWith("+") ? green(line) : line.startsWith("-") ? red(line) : dim(line));
    }
    terminal.note(dim(summary(results)));
  };
  if (options.watch) {
    await watchFiles(paths, signal, report);
    return ExitCode.OK;
  }
  const results = await declareFiles(paths, { check: options.check ?? false });
  await report(results);
  const isGood = results.every(({ status }) => status !== "failed" && status !== "stale");
  return isGood ? ExitCode.OK : ExitCode.FAILED;
}

/** `2 written, 3 unchanged` */
function summary(results: readonly DeclarationFile[]): string {
  const counts = new Map<string, number>();
  for (const { status } of results) if (status !== "empty") counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(
    ([status, count]) => `${count} ${status === "stale" ? "out of date" : status}`,
  );
  return parts.length === 0 ? "no Python file with anything to declare" : parts.join(", ");
}
