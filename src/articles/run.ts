/** One run of the article pipeline, from the configuration to the report. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { InvalidOption } from "../errors.js";
import { createLLM, type LLM } from "../llm/index.js";
import { packageFile } from "../package-root.js";
import {
  type Item,
  type Pipeline,
  type Progress,
  type RunReport,
  type RunResult,
  reportAsMarkdown,
  runPipeline,
} from "../pipeline/index.js";
import { createPool, type Pool } from "../pool/index.js";
import { LinkChecker } from "./check/index.js";
import { type Config, isLocal, nameOf, type SourceOptions } from "./config.js";
import { type Environment, environmentAsMarkdown, environmentOf } from "./environment.js";
import { History } from "./history.js";
import type { Brief, Collected, Published } from "./model.js";
import { commitPosts, writeAtOnce, writeDigest } from "./publish/index.js";
import { Fetcher } from "./sources/index.js";
import { articleStages, collectStages, type Parts, selectStages, startOf, writeStages } from "./stages.js";

/** Which part of the pipeline a run is. */
export type Step = "run" | "collect" | "enrich" | "generate";

export interface ArticleRunOptions {
  readonly config: Config;
  readonly step: Step;
  readonly cwd: string;
  readonly offline?: boolean;
  readonly sequential?: boolean;
  readonly dryRun?: boolean;
  /** Write again what was published; the old article goes when the new one stands. */
  readonly force?: boolean;
  /** Try the dead letters of the last run again. */
  readonly retryDead?: boolean;
  /** Run everything a second time, sequentially, into a folder that is thrown away, and compare the times. */
  readonly compare?: boolean;
  readonly python?: string;
  readonly profile?: "auto" | "thread" | "process";
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly clock?: () => number;
}

export interface ArticleRun {
  readonly step: Step;
  readonly published: readonly Published[];
  /** Items or stories that `collect` and `enrich` wrote for the next step, and into which file. */
  readonly prepared?: { readonly count: number; readonly path: string };
  readonly report: RunReport;
  readonly environment: Environment;
  /** Milliseconds of a measured sequential run of the same work, with `compare`. */
  readonly sequentialWall?: number;
  readonly digest?: string;
  readonly committed: boolean;
  /** Lines a reader of the report should see besides it. */
  readonly remarks: readonly string[];
}

/** The Python side: shipped with the package, beside `dist`. */
const PYTHON = packageFile("python", "articles");
const COLLECTED = "collected.json";
const STORIES = "stories.json";
const JOURNAL = "journal.log";
export const REPORT = "report.json";

/**
 * Runs the pipeline or a part of it. What fails for one item is a dead letter of the report.
 *
 * @throws InvalidOption, JournalUnusable; InterpreterNotFound and the like when no Python can be started
 */
export async function runArticles(options: ArticleRunOptions): Promise<ArticleRun> {
  const { config, cwd, step } = options;
  if (config.sources.length === 0 && step !== "generate") {
    throw new InvalidOption(
      "sources",
      [],
      'at least one source: --source node_modules, or "sources" in the configuration',
    );
  }
  const isOffline = options.offline ?? false;
  const state = resolve(cwd, config.state);
  const history = new History(state);
  const llm = openModel(config, isOffline);
  const pool = await createPool({
    module: PYTHON,
    profile: options.profile ?? "auto",
    output: "events",
    ...(options.python === undefined ? {} : { python: options.python }),
  });
  try {
    const fetcher = new Fetcher({
      cache: join(state, "answers"),
      requestsPerSecond: config.requestsPerSecond,
      isOffline,
    });
    const parts: Parts = {
      config,
      cwd,
      content: resolve(cwd, config.content),
      pool,
      llm,
      fetcher,
      links: new LinkChecker(fetcher, config.checkLinks),
      history,
      force: options.force ?? false,
      dryRun: options.dryRun ?? false,
    };
    return await runStep(options, parts, state, pool);
  } finally {
    await pool.close({ force: options.signal?.aborted ?? false });
    await llm?.close();
  }
}

async function runStep(
  options: ArticleRunOptions,
  parts: Parts,
  state: string,
  pool: Pool,
): Promise<ArticleRun> {
  const { config, step } = options;
  const sources = config.sources.map(
    (source): Item<SourceOptions> => ({ id: nameOf(source), value: source }),
  );
  const remarks: string[] = [];
  if (parts.history.damagedLines > 0) {
    remarks.push(
      `${parts.history.damagedLines} damaged lines of the list of published articles were left out`,
    );
  }
  let published: readonly Published[] = [];
  let report: RunReport;
  let prepared: ArticleRun["prepared"];
  if (step === "collect") {
    const result = await execute(collectStages(parts), sources, options, state);
    prepared = prepare(state, COLLECTED, result);
    ({ report } = result);
  } else if (step === "enrich") {
    const items = readPrepared<Collected>(state, COLLECTED, "collect");
    const result = await execute(selectStages(startOf<Collected>(), parts), items, options, state);
    prepared = prepare(state, STORIES, result);
    ({ report } = result);
  } else {
    const result =
      step === "generate"
        ? await execute(
            writeStages(startOf<Brief>(), parts),
            readPrepared<Brief>(state, STORIES, "enrich"),
            options,
            state,
          )
        : await execute(articleStages(parts), sources, options, state);
    ({ report } = result);
    published = result.items.map(({ value }) => value);
  }
  const isInterrupted = report.end === "interrupted";
  const now = new Date(report.startedAt);
  let digest: string | undefined;
  let committed = false;
  if (!isInterrupted && !parts.dryRun && published.length > 0) {
    try {
      if (config.digest) digest = writeDigest(parts.content, parts.history, now);
      if (config.commit) committed = await commitPosts(options.cwd, parts.content, published);
    } catch (error) {
      remarks.push(`digest or commit failed: ${(error as Error).message.trim()}`);
    }
  }
  const sequentialWall =
    options.compare && !isInterrupted ? await measureSequential(options, parts, sources) : undefined;
  const run: ArticleRun = {
    step,
    published,
    ...(prepared === undefined ? {} : { prepared }),
    report,
    environment: environmentOf(pool, options),
    ...(sequentialWall === undefined ? {} : { sequentialWall }),
    ...(digest === undefined ? {} : { digest }),
    committed,
    remarks,
  };
  writeReport(state, run, remarks);
  return run;
}

async function execute<I, O>(
  pipeline: Pipeline<I, O>,
  items: readonly Item<I>[],
  options: ArticleRunOptions,
  state: string,
): Promise<RunResult<O>> {
  const { config, step, sequential, retryDead, signal, onProgress, clock } = options;
  const { limits: _limits, ...settings } = config;
  return runPipeline(pipeline, items, {
    // A run that writes nothing has nothing to go on with.
    ...(options.dryRun ? {} : { journal: join(state, `${step}-${JOURNAL}`) }),
    settings: {
      ...settings,
      step,
      force: options.force ?? false,
      offline: options.offline ?? false,
      items: items.map(({ id }) => id),
    },
    sequential: sequential ?? false,
    retryDead: retryDead ?? false,
    maxCost: config.maxCostPerRun,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(clock === undefined ? {} : { clock }),
  });
}

/** The same work once more, one thing at a time; its articles are thrown away. */
async function measureSequential(
  options: ArticleRunOptions,
  parts: Parts,
  sources: readonly Item<SourceOptions>[],
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "nogil-articles-"));
  try {
    const fresh: Parts = {
      ...parts,
      content: join(folder, "posts"),
      history: new History(folder),
      force: true,
    };
    const { report } = await runPipeline(articleStages(fresh), sources, {
      sequential: true,
      maxCost: options.config.maxCostPerRun,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return report.wall;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The model of the configuration; offline only one that runs on this machine. */
function openModel(config: Config, isOffline: boolean): LLM | undefined {
  const { model, baseUrl } = config;
  if (model === undefined) return undefined;
  const provider = model.slice(0, model.indexOf("/"));
  const isHere = ["local", "ollama", "lmstudio", "llamacpp", "vllm"].includes(provider);
  const isLoopback = baseUrl !== undefined && /^(?:localhost|127\.|\[::1\])/.test(new URL(baseUrl).hostname);
  if (isOffline && !isLoopback && !(isHere && baseUrl === undefined)) {
    throw new InvalidOption("model", model, "no model, or one on this machine, in a run that is offline");
  }
  return createLLM(model, {
    budget: { usd: config.maxCostPerRun },
    ...(baseUrl === undefined ? {} : { baseUrl }),
  });
}

function prepare<T>(state: string, name: string, { items, report }: RunResult<T>): ArticleRun["prepared"] {
  const path = join(state, name);
  if (report.end === "finished") {
    mkdirSync(state, { recursive: true });
    writeAtOnce(path, `${JSON.stringify(items, null, 1)}\n`);
  }
  return { count: items.length, path };
}

function readPrepared<T>(state: string, name: string, step: string): readonly Item<T>[] {
  const path = join(state, name);
  if (!existsSync(path)) {
    throw new InvalidOption("step", path, `a file that \`nogil articles ${step}\` wrote; run that first`);
  }
  try {
    return JSON.parse(readFileSync(path, "utf8")) as readonly Item<T>[];
  } catch (error) {
    throw new InvalidOption(
      "step",
      path,
      `a file of JSON (${(error as Error).message}); run \`nogil articles ${step}\` again`,
    );
  }
}

/** Readable beside the journal: what the run was, and what it made. */
function writeReport(state: string, run: ArticleRun, remarks: string[]): void {
  try {
    mkdirSync(state, { recursive: true });
    writeAtOnce(join(state, REPORT), `${JSON.stringify(run, null, 2)}\n`);
    writeAtOnce(join(state, "report.md"), runAsMarkdown(run));
  } catch (error) {
    remarks.push(`the report could not be written to ${state}: ${(error as Error).message}`);
  }
}

/** The report with what was published and where it ran. */
export function runAsMarkdown(run: ArticleRun): string {
  const { report, published, environment, sequentialWall, remarks } = run;
  const lines = [reportAsMarkdown(report).trimEnd()];
  if (sequentialWall !== undefined) {
    lines.push(
      "",
      `Measured sequential run: ${(sequentialWall / 1000).toFixed(2)} s, so ${(sequentialWall / report.wall).toFixed(2)} times as fast.`,
    );
  }
  lines.push("", environmentAsMarkdown(environment));
  if (published.length > 0) {
    lines.push("", "## Articles", "");
    for (const { title, path, words, score, generator } of published) {
      lines.push(`- ${title} (${words} words, score ${score}, ${generator}): ${path}`);
    }
  }
  if (remarks.length > 0) lines.push("", "## Remarks", "", ...remarks.map((remark) => `- ${remark}`));
  return `${lines.join("\n")}\n`;
}

/** Sources that `--offline` leaves out. */
export function remoteSources({ sources }: Config): readonly string[] {
  return sources.filter((source) => !isLocal(source)).map(nameOf);
}
