/** An article written by a language model, from the same sources and under the same rules of citation. */
import type { LLM } from "../../llm/index.js";
import { askModel, type StageContext } from "../../pipeline/index.js";
import type { Config } from "../config.js";
import { ArticleRejected } from "../errors.js";
import type { Brief, Citation, Enriched } from "../model.js";
import { changesOf, releasesOf, top } from "./changes.js";
import { Citations } from "./citations.js";
import { FORMS, VOICES } from "./voices.js";
import { clipped } from "./words.js";
import type { Written } from "./written.js";

const MOST_CHANGES = 40;
const MOST_SOURCE_CHARACTERS = 6_000;
const TOKENS_PER_WORD = 2;

/**
 * Asks the model for an article.
 *
 * @param objections what was wrong with the one before; empty for the first
 * @throws LLMError; ArticleRejected when the answer is no article
 */
export async function writeWithModel(
  brief: Brief,
  llm: LLM,
  config: Config,
  objections: readonly string[],
  context: StageContext,
): Promise<Written> {
  const citations = sourcesOf(brief);
  const { text } = await askModel(llm, promptFor(brief, citations, config, objections), context, {
    system: VOICES[config.voice],
    temperature: config.temperature,
    maxTokens: config.maxWords * TOKENS_PER_WORD,
  });
  return readArticle(text, brief, citations);
}

/** The sources of a brief, numbered. */
function sourcesOf(brief: Brief): readonly Citation[] {
  const citations = new Citations();
  const changes = changesOf(brief);
  if (changes.length > 0) {
    for (const { item, release } of releasesOf(top(changes, MOST_CHANGES))) citations.release(item, release);
  } else for (const item of brief.items) citations.item(item);
  return citations.list;
}

function promptFor(
  brief: Brief,
  citations: readonly Citation[],
  config: Config,
  objections: readonly string[],
): string {
  const installed = brief.items
    .filter(
      (item): item is Enriched & { package: NonNullable<Enriched["package"]> } => item.package !== undefined,
    )
    .map(({ package: facts }) => `${facts.name} ${facts.version} is installed (${facts.description})`);
  return [
    FORMS[brief.story.form],
    `Between ${config.minWords} and ${config.maxWords} words of Markdown. First line: "# " and the title. Then one paragraph of summary beginning with "> ". Then at least two sections with "## ". No pictures, no HTML, no links, no list of sources.`,
    "Say only what the sources say. After every statement put the mark of its source, such as [^1]. Give versions and dates where the sources do.",
    'Last line: "Tags: " and three to five tags, separated by commas.',
    ...(objections.length === 0
      ? []
      : [`An earlier version was refused: ${objections.join("; ")}. Do better.`]),
    ...(installed.length === 0 ? [] : [`Known: ${installed.join("; ")}.`]),
    "Sources:",
    ...citations.map(
      ({ number, label, text }) => `[^${number}] ${label}\n${text.slice(0, MOST_SOURCE_CHARACTERS)}`,
    ),
  ].join("\n\n");
}

/** Reads title, summary, tags and sections out of an answer; whatever the model put around them is left out. */
function readArticle(answer: string, brief: Brief, citations: readonly Citation[]): Written {
  const text = answer
    .replace(/\r\n/g, "\n")
    .replace(/^\s*```(?:markdown|md)?\n([\s\S]*?)\n```\s*$/, "$1")
    .trim();
  const title = /^#\s+(.+)$/m.exec(text)?.[1]?.trim();
  const first = brief.items[0]?.title ?? brief.story.id;
  if (text === "") throw new ArticleRejected(first, ["the model answered nothing"]);
  if (title === undefined || !/^##\s+\S/m.test(text)) {
    throw new ArticleRejected(first, ["the model's answer is no article: it has no title or no sections"]);
  }
  const tags = /^tags:\s*(.+)$/im.exec(text)?.[1]?.split(",") ?? [];
  const summary = [...text.matchAll(/^>\s?(.+)$/gm)].map((match) => match[1]).join(" ");
  const body = text
    .replace(/^#\s+.+$/m, "")
    .replace(/^>.*$/gm, "")
    .replace(/^tags:.*$/im, "")
    .replace(/^\[\^\d+\]:.*$/gm, "")
    // Markup that could load or run something has no place in an article.
    .replace(/<(?=[a-z/!])/gi, "\\<")
    .replace(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return {
    title: clipped(title.replace(/\[\^\d+\]/g, ""), 140),
    summary: clipped(
      (summary || (body.split("\n").find((line) => /^\w/.test(line)) ?? title)).replace(/\[\^\d+\]/g, ""),
      300,
    ),
    tags: tags
      .map((tag) => tag.trim().replace(/^#/, "").toLowerCase())
      .filter((tag) => /^[\p{L}\p{N}][\p{L}\p{N} .+#-]{0,38}$/u.test(tag))
      .slice(0, 5),
    body,
    citations,
  };
}
