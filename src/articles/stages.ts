/** The pipeline of articles: which stages there are, in which order, and what each waits for. */
import type { LLM } from "../llm/index.js";
import { definePipeline, type Pipeline, type PythonCalls, type StageContext } from "../pipeline/index.js";
import { check, type LinkChecker } from "./check/index.js";
import type { Config, SourceOptions } from "./config.js";
import { generate } from "./generate/index.js";
import type { History } from "./history.js";
import { illustrate } from "./illustrate.js";
import type { Brief, Collected, Draft, Published } from "./model.js";
import { publish } from "./publish/index.js";
import { read } from "./read.js";
import { select } from "./select.js";
import { collect, type Fetcher } from "./sources/index.js";

/** What the stages share. */
export interface Parts {
  readonly config: Config;
  readonly cwd: string;
  /** Absolute path of the folder for posts. */
  readonly content: string;
  readonly pool: PythonCalls;
  readonly llm: LLM | undefined;
  readonly fetcher: Fetcher;
  readonly links: LinkChecker;
  readonly history: History;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** Milliseconds after which a stage that hangs is given up for one item. */
const STAGE_TIMEOUT_MS = 300_000;
const COLLECT_RETRIES = 2;
const NAME = "articles";

/** A pipeline that begins with items of an earlier step. */
export function startOf<I>(): Pipeline<I, I> {
  return definePipeline<I>(NAME);
}

/** Sources to items. */
export function collectStages({ config, cwd, pool, fetcher }: Parts): Pipeline<SourceOptions, Collected> {
  return definePipeline<SourceOptions>(NAME).expand<Collected>(
    "collect",
    async (source, stage) => {
      const found = await collect(source, { cwd, pool, fetcher, stage });
      return "reason" in found ? found : found.map((item) => ({ id: item.id, value: item }));
    },
    { work: "io", limit: config.limits.collect, retries: COLLECT_RETRIES, timeout: STAGE_TIMEOUT_MS },
  );
}

/** Items to the stories of this run. */
export function selectStages<I>(from: Pipeline<I, Collected>, parts: Parts): Pipeline<I, Brief> {
  const { config, pool } = parts;
  return from
    .each("read", (item, stage) => read(item, pool, config, stage), {
      work: "cpu",
      limit: config.limits.read,
      timeout: STAGE_TIMEOUT_MS,
    })
    .all(
      "select",
      (items, stage) =>
        select(
          items.map(({ value }) => value),
          parts,
          stage,
        ),
      { work: "cpu" },
    );
}

/** Stories to posts. */
export function writeStages<I>(from: Pipeline<I, Brief>, parts: Parts): Pipeline<I, Published> {
  const { config, pool } = parts;
  const { limits } = config;
  const draw = (draft: Draft, stage: StageContext) => illustrate(draft, pool, config.figures, stage);
  return from
    .each("generate", (brief, stage) => generate(brief, parts, stage), {
      work: parts.llm === undefined ? "cpu" : "llm",
      limit: limits.generate,
      // What is no article the first time may be one the second.
      retries: parts.llm === undefined ? 0 : config.regenerations,
      isRetryable: (error) => (error as { readonly code?: unknown }).code === "ARTICLE_REJECTED",
      retryDelay: 10,
      timeout: STAGE_TIMEOUT_MS,
    })
    .each("illustrate", draw, { work: "cpu", limit: limits.illustrate, timeout: STAGE_TIMEOUT_MS })
    .each("check", (draft, stage) => check(draft, { ...parts, illustrate: draw }, stage), {
      work: config.review && parts.llm !== undefined ? "llm" : "cpu",
      limit: limits.check,
      timeout: STAGE_TIMEOUT_MS,
    })
    .each("publish", (checked, stage) => publish(checked, { ...parts, replace: parts.force }, stage), {
      work: "io",
      limit: limits.publish,
    });
}

/** All of it. */
export function articleStages(parts: Parts): Pipeline<SourceOptions, Published> {
  return writeStages(selectStages(collectStages(parts), parts), parts);
}
