/** `nogil articles`: collect, enrich, generate, run, report. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import {
  type ArticleRun,
  CONFIG_FILE,
  type Config,
  type ConfigOptions,
  checkConfig,
  REPORT,
  readConfig,
  remoteSources,
  runArticles,
  runAsMarkdown,
  type SourceOptions,
  type Step,
} from "../articles/index.js";
import { type Context, ExitCode } from "./context.js";
import { CommandFailed } from "./failure.js";
import { profileOption, pythonOption, wholeNumber } from "./options.js";
import { StageLines } from "./stage-lines.js";
import { duration, plural } from "./terminal/index.js";

interface ArticlesOptions {
  readonly config?: string;
  readonly source: readonly string[];
  readonly maxArticles?: number;
  readonly content?: string;
  readonly state?: string;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly offline?: boolean;
  readonly sequential?: boolean;
  readonly dryRun?: boolean;
  readonly forceRegenerate?: boolean;
  readonly retryDead?: boolean;
  readonly compare?: boolean;
  readonly json?: boolean;
  readonly python?: string;
  readonly profile: "auto" | "thread" | "process";
}

const STEPS: readonly (readonly [Step, string])[] = [
  ["run", "all of it: collect, choose, write, illustrate, check, publish"],
  ["collect", "read the sources, and write what they offer to collected.json in the state folder"],
  ["enrich", "measure what was collected, choose stories, and write them to stories.json"],
  ["generate", "write, illustrate, check and publish the chosen stories"],
];

export function addArticles(program: Command, context: Context, end: (exitCode: number) => void): void {
  const articles = program
    .command("articles")
    .summary("write articles from feeds, releases and installed packages")
    .description(
      "Write articles from feeds, releases, files and the changelogs of installed packages: in parallel, resumable, " +
        "each published once.",
    )
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Examples:
  $ nogil articles run --offline --source node_modules --max-articles 4
  $ nogil articles run --config ${CONFIG_FILE}
  $ nogil articles report`,
    );
  for (const [step, summary] of STEPS) {
    addOptions(articles.command(step).description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)).action(
      async (options: ArticlesOptions) => end(await runStep(step, options, context)),
    );
  }
  articles
    .command("report")
    .description("Print the report of the last run.")
    .option("--state <folder>", "where the pipeline keeps what it must remember")
    .option("--config <file>", `the configuration; ${CONFIG_FILE} when there is one`)
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExamples:\n  $ nogil articles report\n  $ nogil articles report --json")
    .action(async (options: ArticlesOptions) => end(await report(options, context)));
}

function addOptions(command: Command): Command {
  return command
    .option("--config <file>", `the configuration; ${CONFIG_FILE} when there is one`)
    .option(
      "--source <source>",
      "instead of the configured sources: a node_modules or site-packages folder, Markdown or JSON-lines files, the " +
        "address of a feed; can be given more than once",
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .addOption(new Option("--max-articles <n>", "articles at most").argParser(wholeNumber))
    .option("--content <folder>", "where articles are written")
    .option("--state <folder>", "where the pipeline keeps what it must remember")
    .option(
      "--model <provider/model>",
      "the language model that writes; without one, sentences of the sources are chosen",
    )
    .option("--base-url <address>", "where the model's protocol is spoken")
    .option("--offline", "no network: local sources, no checks of web links, a model only on this machine")
    .option("--sequential", "one thing at a time; the same articles")
    .option("--dry-run", "write no article")
    .option(
      "--force-regenerate",
      "write again what was published; the old article goes when the new one stands",
    )
    .option("--retry-dead", "try the dead letters of the last run again")
    .option("--compare", "measure a sequential run, too")
    .option("--json", "print the run as JSON")
    .addOption(pythonOption())
    .addOption(profileOption())
    .addHelpText(
      "after",
      `
Examples:
  $ nogil articles ${command.name()} --offline --source node_modules`,
    );
}

async function runStep(step: Step, options: ArticlesOptions, { terminal, signal }: Context): Promise<number> {
  const config = configOf(options);
  const skipped = options.offline ? remoteSources(config) : [];
  if (skipped.length > 0) terminal.note(`offline: ${skipped.join(", ")} will not be asked`);
  const lines = new StageLines(terminal);
  let run: ArticleRun;
  try {
    run = await runArticles({
      config,
      step,
      cwd: process.cwd(),
      offline: options.offline ?? false,
      sequential: options.sequential ?? false,
      dryRun: options.dryRun ?? false,
      force: options.forceRegenerate ?? false,
      retryDead: options.retryDead ?? false,
      compare: options.compare ?? false,
      profile: options.profile,
      ...(options.python === undefined ? {} : { python: options.python }),
      signal,
      onProgress: (progress) => lines.update(progress),
    });
  } finally {
    lines.end();
  }
  if (options.json) await terminal.print(JSON.stringify(run, null, 2));
  else await printRun(run, options.dryRun ?? false, { terminal, signal });
  for (const { stage, id, reason } of run.report.deadLetters) {
    terminal.note(`${terminal.noteColors.red("failed:")} ${stage}: ${id}: ${reason}`);
  }
  if (run.report.journalFailure !== undefined) {
    terminal.note(
      `no checkpoint could be written: ${run.report.journalFailure}; a stopped run would start anew`,
    );
  }
  for (const remark of run.remarks) terminal.note(remark);
  if (run.report.end === "interrupted") {
    terminal.note("stopped; the same command goes on");
    return ExitCode.FAILED;
  }
  return exitCodeOf(run, terminal);
}

/** A run that yields nothing fails, so that a scheduler notices; one dead letter among articles does not. */
function exitCodeOf(
  { step, published, prepared, report }: ArticleRun,
  terminal: Context["terminal"],
): number {
  const made = step === "collect" || step === "enrich" ? (prepared?.count ?? 0) : published.length;
  if (made > 0) return ExitCode.OK;
  const reasons = [
    ...report.deadLetters.map(({ reason }) => reason),
    ...report.dropped.map(({ id, reason }) => `${id}: ${reason}`),
    ...report.notes.filter(({ stage }) => stage === "select").map(({ text }) => text),
  ];
  terminal.note(
    `${terminal.noteColors.red("nothing was made:")} ${reasons.length === 0 ? "the sources offer nothing" : reasons.slice(0, 5).join("; ")}`,
  );
  return ExitCode.FAILED;
}

async function printRun(
  { published, prepared, report, sequentialWall, environment, digest }: ArticleRun,
  isDry: boolean,
  { terminal }: Context,
): Promise<void> {
  for (const { path, title, words, score } of published) {
    await terminal.print(isDry ? `${title} (${words} words, score ${score})` : path);
  }
  if (digest !== undefined) await terminal.print(digest);
  if (prepared !== undefined) terminal.note(`${plural(prepared.count, "item")} in ${prepared.path}`);
  const { wall, sequentialEstimate, work, cost } = report;
  const share = (part: number) =>
    `${sequentialEstimate > 0 ? Math.round((part / sequentialEstimate) * 100) : 0} %`;
  terminal.note(
    `${plural(published.length, "article")} in ${duration(wall)}; one by one about ${duration(sequentialEstimate)}` +
      (sequentialWall === undefined ? "" : `, measured ${duration(sequentialWall)}`) +
      `; I/O ${share(work.io)}, CPU ${share(work.cpu)}, LLM ${share(work.llm)}; $${cost.toFixed(4)}`,
  );
  terminal.note(
    `Python ${environment.pythonVersion}, GIL ${environment.gilOff ? "off" : "on"}, ${environment.profile === "thread" ? plural(environment.threads, "thread") : `${environment.workers} processes`}`,
  );
}

async function report(options: ArticlesOptions, { terminal }: Context): Promise<number> {
  const config = configOf({ ...options, source: [] });
  const path = resolve(config.state, REPORT);
  if (!existsSync(path)) throw new CommandFailed(`${path} is not there: no run has ended yet`);
  const text = readFileSync(path, "utf8");
  if (options.json) await terminal.write(text);
  else await terminal.write(runAsMarkdown(JSON.parse(text) as ArticleRun));
  return ExitCode.OK;
}

/** The file's settings, replaced by what the command line says. */
function configOf(options: ArticlesOptions): Config {
  const file = options.config ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined);
  const base: ConfigOptions = file === undefined ? {} : readConfig(file, process.cwd());
  const { maxArticles, content, state, model, baseUrl, source } = options;
  return checkConfig({
    ...base,
    ...(maxArticles === undefined ? {} : { articlesPerRun: maxArticles }),
    ...(content === undefined ? {} : { content }),
    ...(state === undefined ? {} : { state }),
    ...(model === undefined ? {} : { model }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(source.length === 0 ? {} : { sources: source.map(sourceOf) }),
  });
}

function sourceOf(text: string): SourceOptions {
  if (/^https?:\/\//.test(text)) return { type: "feed", url: text };
  if (/(?:^|[/\\])(?:node_modules|(?:site|dist)-packages)[/\\]?$/.test(text))
    return { type: "installed", path: text };
  return { type: "files", path: text };
}
