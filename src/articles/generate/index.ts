/** The `generate` stage: a brief becomes a draft, by a model or out of the sources' own sentences. */
import type { LLM } from "../../llm/index.js";
import type { PythonCalls, StageContext } from "../../pipeline/index.js";
import type { Config } from "../config.js";
import type { Brief, Draft } from "../model.js";
import { writeFamilyArticle } from "./family-article.js";
import { writeGuideArticle } from "./guide-article.js";
import { writeWithModel } from "./model-article.js";
import { writePackageArticle } from "./package-article.js";
import { writePostArticle } from "./post-article.js";
import { writeThemeArticle } from "./theme-article.js";
import type { Written } from "./written.js";

export { changesOf, groupOf, releasesOf } from "./changes.js";
export { asMarkdown } from "./words.js";

/** The name of the generator that asks no model. */
export const EXTRACTIVE = "extractive";

export interface Generators {
  readonly config: Config;
  readonly pool: PythonCalls;
  readonly llm: LLM | undefined;
}

/**
 * Writes an article.
 *
 * @param generation 1 for the first, counted up for each time it is written again
 * @param objections why the one before was refused
 */
export async function generate(
  brief: Brief,
  { config, pool, llm }: Generators,
  context: StageContext,
  generation = 1,
  objections: readonly string[] = [],
): Promise<Draft> {
  const written =
    llm === undefined
      ? await extract(brief, pool, context)
      : await writeWithModel(brief, llm, config, objections, context);
  return {
    brief,
    ...written,
    figures: [],
    generator: llm === undefined ? EXTRACTIVE : `${llm.provider}/${llm.model}`,
    generation,
  };
}

async function extract(brief: Brief, pool: PythonCalls, context: StageContext): Promise<Written> {
  const { story, items } = brief;
  if (story.theme === "family") return writeFamilyArticle(brief);
  if (story.theme !== null) return writeThemeArticle(brief);
  if (items[0]?.kind === "changelog") return writePackageArticle(brief);
  if (story.form === "how-to") return writeGuideArticle(brief, pool, context);
  return writePostArticle(brief, pool, context);
}
