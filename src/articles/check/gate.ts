/** The quality gate: what may be published, and how good it is. */
import type { Config } from "../config.js";
import type { Draft, Verdict } from "../model.js";
import type { LinkFindings } from "./links.js";

/** What `verify` of python/articles says. */
export interface FactFindings {
  readonly sentences: number;
  readonly supported: number;
  readonly doubtful: readonly {
    readonly text: string;
    readonly line: number;
    readonly missing: readonly string[];
  }[];
}

/** An article that says less than this of what its sources say is not about them. */
const LEAST_SUPPORTED = 0.4;
const CITATIONS_PER_100_WORDS = 2;

/** Words a reader reads: no code, no footnote marks, no tables' rules. An ideograph or kana counts as one. */
export function countWords(body: string): number {
  const prose = body
    .replace(/```[\s\S]*?```/g, " ")
    .replace(/\[\^\d+\]/g, " ")
    .replace(/^\|[-:| ]+\|$/gm, " ");
  return prose.match(/[\u3040-\u30ff\u3400-\u9fff]|[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}

export function judge(draft: Draft, facts: FactFindings, links: LinkFindings, config: Config): Verdict {
  const { body, citations } = draft;
  const words = countWords(body);
  const marks = [...body.matchAll(/\[\^(\d+)\]/g)].map((match) => Number(match[1]));
  const known = new Set(citations.map(({ number }) => number));
  const sections = body.match(/^## \S/gm)?.length ?? 0;
  const supported = facts.sentences === 0 ? 0 : facts.supported / facts.sentences;
  const reasons: string[] = [];
  if (words < config.minWords) reasons.push(`it has ${words} words, fewer than ${config.minWords}`);
  if (words > config.maxWords) reasons.push(`it has ${words} words, more than ${config.maxWords}`);
  if (marks.length === 0) reasons.push("it cites nothing");
  const unknown = marks.filter((mark) => !known.has(mark));
  if (unknown.length > 0)
    reasons.push(`it cites sources that do not exist: ${[...new Set(unknown)].join(", ")}`);
  if ((body.match(/^```/gm)?.length ?? 0) % 2 === 1) reasons.push("a block of code is not closed");
  if (/<(?:script|iframe|img|style|object)\b/i.test(body.replace(/```[\s\S]*?```|`[^`]*`/g, "")))
    reasons.push("it holds HTML that could load or run something");
  if (facts.sentences > 0 && supported < LEAST_SUPPORTED) {
    reasons.push(`only ${facts.supported} of ${facts.sentences} sentences are supported by the sources`);
  }
  if (links.broken.length > 0) reasons.push(`broken links: ${links.broken.join(", ")}`);
  const density = marks.length / Math.max(1, words / 100) / CITATIONS_PER_100_WORDS;
  const score =
    0.4 * supported +
    0.2 * Math.min(1, density) +
    0.15 * Math.min(1, sections / 2) +
    0.15 * (links.broken.length === 0 ? 1 : 0) +
    0.1 * Math.min(1, words / Math.max(1, config.minWords * 2));
  if (reasons.length === 0 && score < config.qualityThreshold) {
    reasons.push(`its score ${score.toFixed(2)} is below ${config.qualityThreshold}`);
  }
  return {
    score: Math.round(score * 1000) / 1000,
    words,
    sentences: facts.sentences,
    supported: facts.supported,
    doubtful: facts.doubtful.map(({ text, missing }) =>
      missing.length === 0 ? text : `${text} (not in the sources: ${missing.join(", ")})`,
    ),
    brokenLinks: links.broken,
    uncheckedLinks: links.unchecked,
    reasons,
  };
}
