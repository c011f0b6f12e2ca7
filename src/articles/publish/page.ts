/** A checked article as the text of its file. */
import { dirname, relative, sep } from "node:path";
import { asMarkdown, EXTRACTIVE } from "../generate/index.js";
import type { Checked, Citation, Draft, Figure } from "../model.js";
import { type FrontMatter, writeFrontMatter } from "./front-matter.js";

const WORDS_PER_MINUTE = 220;
const SAME_BEGINNING = 60;

/** A picture that goes beside the page. */
export interface PageImage {
  readonly name: string;
  readonly content: string;
}

export interface Page {
  readonly text: string;
  readonly images: readonly PageImage[];
}

/** @param path where the page will stand: links to files are relative to it */
export function makePage({ draft, verdict }: Checked, path: string, date: Date): Page {
  const stem = path.slice(path.lastIndexOf(sep) + 1).replace(/\.md$/, "");
  const { brief } = draft;
  const used = usedCitations(draft);
  const fields: FrontMatter = {
    title: draft.title,
    date,
    pubDate: date,
    slug: brief.slug,
    description: draft.summary,
    summary: draft.summary,
    tags: draft.tags,
    categories: [brief.story.form],
    draft: false,
    readingTime: Math.max(1, Math.round(verdict.words / WORDS_PER_MINUTE)),
    words: verdict.words,
    nogil: {
      id: brief.story.id,
      edition: brief.signature,
      generator: draft.generator,
      score: verdict.score,
      supportedSentences: `${verdict.supported} of ${verdict.sentences}`,
    },
  };
  const images: PageImage[] = [];
  let body = used.body;
  for (const figure of draft.figures) {
    const name = `${stem}-${figure.name}.svg`;
    if (figure.kind === "svg") images.push({ name, content: figure.source });
    body = placed(body, figure, figureText(figure, name));
  }
  const parts = [
    writeFrontMatter(fields),
    // A summary that is the first sentence would be read twice.
    ...(used.body.trimStart().startsWith(draft.summary.slice(0, SAME_BEGINNING))
      ? []
      : [`${asMarkdown(draft.summary)}\n`]),
    `${body.trim()}\n`,
    `## How this was made\n\n${provenance(draft, verdict.doubtful.length)}\n`,
    `${used.citations.map((citation) => footnote(citation, path)).join("\n")}\n`,
  ];
  return { text: parts.join("\n"), images };
}

/** Citations that the text has marks for, numbered in the order of their marks. */
function usedCitations(draft: Draft): { readonly body: string; readonly citations: readonly Citation[] } {
  const byNumber = new Map(draft.citations.map((citation) => [citation.number, citation]));
  const renumbered = new Map<number, number>();
  const body = draft.body.replace(/\[\^(\d+)\]/g, (mark, digits: string) => {
    const number = Number(digits);
    if (!byNumber.has(number)) return mark;
    if (!renumbered.has(number)) renumbered.set(number, renumbered.size + 1);
    return `[^${renumbered.get(number)}]`;
  });
  const citations = [...renumbered].map(([old, number]) => ({ ...(byNumber.get(old) as Citation), number }));
  return { body, citations };
}

function figureText(figure: Figure, name: string): string {
  const picture =
    figure.kind === "svg" ? `![${figure.caption}](./${name})` : `\`\`\`mermaid\n${figure.source}\n\`\`\``;
  return `${picture}\n\n*${figure.caption}*`;
}

/** Puts a figure at the end of its section. */
function placed(body: string, figure: Figure, text: string): string {
  const start = body.indexOf(`## ${figure.section}`);
  const end = start < 0 ? -1 : body.indexOf("\n## ", start + 3);
  if (end < 0) return `${body.trimEnd()}\n\n${text}\n`;
  return `${body.slice(0, end).trimEnd()}\n\n${text}\n${body.slice(end)}`;
}

function footnote({ number, label, url, path, line, endLine }: Citation, page: string): string {
  const places: string[] = [];
  if (path !== undefined) {
    const file = relative(dirname(page), path).split(sep).map(encodeURIComponent).join("/");
    const words =
      line === undefined ? "file" : endLine === undefined ? `line ${line}` : `lines ${line} to ${endLine}`;
    places.push(`[${words}](${file}${line === undefined ? "" : `#L${line}`})`);
  }
  if (url !== "") places.push(`[${new URL(url).host}](${url})`);
  return `[^${number}]: ${label.replace(/[[\]]/g, "\\$&")}${places.length === 0 ? "" : `: ${places.join(", ")}`}`;
}

function provenance({ generator }: Draft, doubtful: number): string {
  if (generator === EXTRACTIVE) {
    return (
      "*Extracted, not written: a program chose, ordered and counted what the cited sources say; no language model had a part " +
      "in it. Sentences with a footnote are quoted from it or count what it holds.*"
    );
  }
  const warning =
    doubtful === 0
      ? "Every sentence was found to be supported by the cited sources."
      : `${doubtful} ${doubtful === 1 ? "sentence" : "sentences"} could not be traced to the cited sources word by word.`;
  return `*Written by ${generator} from the cited sources. ${warning}*`;
}
