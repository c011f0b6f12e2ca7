/** `nogil demo`: what true-parallel Python is worth on this machine. */
import type { Command } from "commander";
import { isNogilError } from "../errors.js";
import { chooseInterpreter, howToInstall, type Interpreter } from "../interpreter/index.js";
import { type Context, ExitCode } from "./context.js";
import { buildName } from "./interpreter-table.js";
import { unlessAborted } from "./interruption.js";
import { pythonOption } from "./options.js";
import { count, duration, megabytes, type Terminal, table } from "./terminal/index.js";
import { type Comparison, compare, describeWay, showHandles, type WayResult } from "./tour/index.js";

interface DemoOptions {
  readonly python?: string;
  readonly json?: boolean;
}

export function addDemo(program: Command, context: Context, end: (exitCode: number) => void): void {
  program
    .command("demo")
    .summary("a tour: threads without the GIL measured on this machine")
    .description(
      "Run one CPU-bound job sequentially, on threads and in processes, compare time and memory, and show what " +
        "handles can do. Takes about half a minute.",
    )
    .addOption(pythonOption())
    .option("--json", "print one JSON object with the measurements, and nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ nogil demo
  $ nogil demo --python 3.14t
  $ nogil demo --json`,
    )
    .action(async (options: DemoOptions) => end(await demo(options, context)));
}

async function demo(options: DemoOptions, { terminal, signal }: Context): Promise<number> {
  const interpreter = await choose(options.python, signal);
  if (!options.json) await printInterpreter(interpreter, terminal);
  const bar = terminal.startBar();
  let comparison: Comparison;
  try {
    comparison = await unlessAborted(
      signal,
      compare(interpreter, signal, (fraction, step) => bar.update(fraction, () => step)),
    );
  } finally {
    bar.end();
  }
  if (options.json) {
    await terminal.print(JSON.stringify(asJson(interpreter, comparison), null, 2));
    return ExitCode.OK;
  }
  await printComparison(interpreter, comparison, terminal);
  await terminal.print(`\n${terminal.colors.bold("Handles: push now, look later")}`);
  await unlessAborted(
    signal,
    showHandles(interpreter, (line) => terminal.print(`  ${line}`)),
  );
  await printWhatNext(terminal);
  return ExitCode.OK;
}

/** What was asked for; else one without the GIL if there is one, whatever the project here uses. */
async function choose(python: string | undefined, signal: AbortSignal): Promise<Interpreter> {
  const chosen = await chooseInterpreter(python === undefined ? { signal } : { python, signal });
  if (python !== undefined || chosen.freeThreadedBuild) return chosen;
  try {
    return await chooseInterpreter({ python: "t", signal });
  } catch (error) {
    if (isNogilError(error)) return chosen;
    throw error;
  }
}

async function printInterpreter(interpreter: Interpreter, terminal: Terminal): Promise<void> {
  const { bold, green, yellow } = terminal.colors;
  const { version, path, gilEnabled, reason } = interpreter;
  await terminal.print(`${bold("The Python that runs here")}`);
  await terminal.print(`  Python ${version}, ${buildName(interpreter)}: ${path}`);
  const state = gilEnabled ? yellow("runs with the GIL") : green("runs without the GIL");
  await terminal.print(`  ${state}: ${reason}`);
}

async function printComparison(
  interpreter: Interpreter,
  comparison: Comparison,
  terminal: Terminal,
): Promise<void> {
  const { bold, dim } = terminal.colors;
  const { sequential, threads, processes, pairs } = comparison;
  const print = (line: string) => terminal.print(`  ${line}`);
  await terminal.print(`\n${bold("A CPU-bound job on real text")}`);
  await print(
    `near-duplicates among ${count(comparison.files)} files (${megabytes(comparison.characters)}) of its standard ` +
      "library, by MinHash in plain Python",
  );
  await print(
    `${comparison.tasks} tasks, the same each time; best of ${comparison.rounds} rounds, start-up not counted\n`,
  );
  const rows = [sequential, ...(threads === null ? [] : [threads]), processes].map((way) =>
    row(way, sequential),
  );
  if (threads === null) rows.splice(1, 0, ["threads", "needs a free-threaded Python"]);
  const columns = [
    { title: "" },
    { title: "time", align: "right" },
    { title: "speed-up", align: "right" },
    { title: "memory", align: "right" },
    { title: "overlap", align: "right" },
  ] as const;
  for (const line of table(columns, rows, dim)) await print(line);
  const [share, left, right] = pairs[0] ?? [];
  const example = share === undefined ? "" : `, above all ${left} and ${right} (${percent(share)} alike)`;
  await print(`\n  all found the same: ${count(pairs.length)} pairs${example}`);
  if (threads === null) await print(`\n  ${howToInstall()}`);
  else if (interpreter.freeThreadedBuild) await print(comparisonInWords(threads, processes));
}

function row(way: WayResult, sequential: WayResult): string[] {
  return [
    describeWay(way),
    duration(way.milliseconds),
    `${(sequential.milliseconds / way.milliseconds).toFixed(2)}x`,
    way.peakBytes === 0 ? "?" : megabytes(way.peakBytes),
    percent(way.overlap),
  ];
}

function comparisonInWords(threads: WayResult, processes: WayResult): string {
  const saved = processes.peakBytes - threads.peakBytes;
  return saved > 0
    ? `threads share one copy of the text: ${megabytes(saved)} less memory than processes`
    : "threads share one copy of the text";
}

async function printWhatNext(terminal: Terminal): Promise<void> {
  const rows = [
    ["nogil run FILE.py:function ARG…", "one call"],
    ["nogil map FILE.py:function IN.jsonl -o OUT.jsonl", "one call for each line, in parallel, resumable"],
    ["nogil status", "which Pythons are here"],
    ["examples/", "the same from TypeScript and JavaScript"],
  ];
  await terminal.print("");
  for (const line of table([{ title: "What next" }, { title: "" }], rows, terminal.colors.bold)) {
    await terminal.print(line);
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** What `--json` prints; docs/cli.md documents it. */
function asJson(interpreter: Interpreter, comparison: Comparison): object {
  const { path, version, freeThreadedBuild, gilEnabled } = interpreter;
  const { cores, tasks, sequential, threads, processes } = comparison;
  const parallel = threads ?? processes;
  return {
    interpreter: { path, version, freeThreadedBuild, gilEnabled },
    profile: parallel.profile,
    cores,
    tasks,
    sequentialMs: round(sequential.milliseconds),
    threadsMs: threads && round(threads.milliseconds),
    processesMs: round(processes.milliseconds),
    speedup: round(sequential.milliseconds / parallel.milliseconds, 3),
    rssThreadsMb: threads && round(threads.peakBytes / 1e6),
    rssProcessesMb: round(processes.peakBytes / 1e6),
    overlap: round(parallel.overlap, 3),
  };
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
