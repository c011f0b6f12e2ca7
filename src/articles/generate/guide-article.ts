/** A how-to: the steps of a guide with their code, as the guide has them. */
import { callPython, type PythonCalls, type StageContext } from "../../pipeline/index.js";
import type { Brief, Enriched } from "../model.js";
import { Citations } from "./citations.js";
import { asMarkdown, asSentence, clipped, counted } from "./words.js";
import type { Written } from "./written.js";

interface Block {
  readonly kind: "text" | "item" | "code";
  readonly text: string;
  readonly line: number;
  readonly language: string;
}

interface Section {
  readonly level: number;
  readonly title: string;
  readonly line: number;
  readonly blocks: readonly Block[];
}

const MOST_WORDS = 1_400;
const MOST_WORDS_A_STEP = 90;
const MOST_CODE_LINES = 45;
const SIDE_MATTER =
  /^(?:contributing|licen[sc]e|credits|acknowledge?ments?|sponsors?|table of contents|support|badges|changelog|related|see also|authors?)\b/i;

export async function writeGuideArticle(
  brief: Brief,
  pool: PythonCalls,
  context: StageContext,
): Promise<Written> {
  const [item] = brief.items as readonly [Enriched];
  const sections = await callPython<readonly Section[]>(pool, "outline", [item.text], context);
  const plain = await plainTexts(sections, pool, context);
  const citations = new Citations();
  const facts = item.package;
  const subject = facts === undefined ? "" : `${facts.name} ${facts.version}`;
  const parts = partsOf(sections);
  const steps = parts.filter(({ level }) => level === topLevel(parts)).length;
  const withCode = parts.filter(({ blocks }) => blocks.some(({ kind }) => kind === "code")).length;
  const intro = sections
    .filter(({ level }) => level <= 1)
    .flatMap(({ blocks }) => blocks)
    .find(({ kind }) => kind === "text");
  const lines: string[] = [];
  const about =
    facts === undefined
      ? ""
      : ` The guide is part of \`${facts.name}\` ${facts.version}, the version installed here${facts.description === "" ? "" : ` (“${asMarkdown(facts.description.replace(/\.$/, ""))}”)`}.`;
  if (intro !== undefined) lines.push(`${quoted(intro, plain)}${citations.item(item, intro.line)}${about}`);
  else lines.push(`${about.trim()}${citations.item(item)}`);
  lines.push(
    "",
    `${counted(parts.length, "part")} follow${parts.length === 1 ? "s" : ""}, ${withCode} with code as the guide has it.`,
  );
  let number = 0;
  for (const part of parts) {
    const title = asMarkdown(plain.get(part.title) ?? part.title);
    lines.push("", part.level === topLevel(parts) ? `## ${++number}. ${title}` : `### ${title}`);
    lines.push(...stepLines(part, item, plain, citations));
  }
  const topic = item.title;
  return {
    title: facts === undefined ? topic : titleOf(topic, facts.name, facts.version),
    summary: clipped(
      `${counted(steps, "step")}${subject === "" ? "" : ` for ${subject}`}: ${titles(parts, plain)}.`,
      300,
    ),
    tags: [
      ...new Set([...(facts === undefined ? [] : [facts.name]), "how-to", ...item.measures.topics]),
    ].slice(0, 5),
    body: lines.join("\n"),
    citations: citations.list,
  };
}

/** Parts of the guide that say or show something, until there are enough; a part without either only groups others. */
function partsOf(sections: readonly Section[]): readonly Section[] {
  const found: Section[] = [];
  let words = 0;
  for (const [index, section] of sections.entries()) {
    const { level, title, blocks } = section;
    if (level < 2 || title === "" || SIDE_MATTER.test(title)) continue;
    const next = sections[index + 1];
    const isGroup = next !== undefined && next.level > level;
    if (!isGroup && !blocks.some(({ kind }) => kind !== "item")) continue;
    // A list that is announced but kept elsewhere leaves nothing to read.
    if (!isGroup && blocks.every(({ kind, text }) => kind === "text" && text.trimEnd().endsWith(":")))
      continue;
    found.push(section);
    words += blocks.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0);
    if (words > MOST_WORDS) break;
  }
  while (found.length > 0 && (found[found.length - 1]?.blocks.length ?? 0) === 0) found.pop();
  return found;
}

function topLevel(parts: readonly Section[]): number {
  return Math.min(...parts.map(({ level }) => level));
}

/** A guide that names the package in its title needs it no second time. */
function titleOf(topic: string, name: string, version: string): string {
  if (topic.toLowerCase().includes(name.toLowerCase())) return `${topic} (${version})`;
  const rest = /^[A-Z][a-z]+\b/.test(topic) ? `${topic[0]?.toLowerCase()}${topic.slice(1)}` : topic;
  return `How to use ${name} ${version}: ${rest}`;
}

function titles(parts: readonly Section[], plain: ReadonlyMap<string, string>): string {
  return parts
    .filter(({ level }) => level === topLevel(parts))
    .map(({ title }) => plain.get(title) ?? title)
    .map((title) => (/^[A-Z][a-z]/.test(title) ? `${title[0]?.toLowerCase()}${title.slice(1)}` : title))
    .join("; ");
}

function stepLines(
  { blocks }: Section,
  item: Enriched,
  plain: ReadonlyMap<string, string>,
  citations: Citations,
): readonly string[] {
  const lines: string[] = [];
  let words = 0;
  let codes = 0;
  let isCited = false;
  for (const block of blocks) {
    if (block.kind === "code") {
      const code = block.text.replace(/\n+$/, "").split("\n");
      if (codes >= 2 || code.length > MOST_CODE_LINES || block.text.includes("```")) continue;
      codes++;
      lines.push("", `\`\`\`${block.language}`, ...code, "```");
      continue;
    }
    const text = quoted(block, plain);
    // A sentence that only points to a page elsewhere leads nowhere here.
    if (text === "" || words > MOST_WORDS_A_STEP || /\bhere\b\s*[.\]]?$/i.test(text)) continue;
    words += text.split(/\s+/).length;
    const mark = isCited ? "" : citations.item(item, block.line);
    isCited = true;
    if (block.kind === "item")
      lines.push(...(lines.at(-1)?.startsWith("- ") ? [] : [""]), `- ${text}${mark}`);
    else lines.push("", text.endsWith(":") ? `${text.slice(0, -1)}${mark}:` : `${text}${mark}`);
  }
  return lines;
}

function quoted(block: Block, plain: ReadonlyMap<string, string>): string {
  const text = asMarkdown(plain.get(block.text) ?? "");
  return text.endsWith(":") ? text : asSentence(text);
}

/** Titles and paragraphs as a reader sees them, without links and pictures. */
async function plainTexts(
  sections: readonly Section[],
  pool: PythonCalls,
  context: StageContext,
): Promise<ReadonlyMap<string, string>> {
  const texts = sections.flatMap(({ title, blocks }) => [
    title,
    ...blocks.filter(({ kind }) => kind !== "code").map(({ text }) => text),
  ]);
  const plain = await callPython<readonly string[]>(pool, "readable", [texts], context);
  return new Map(texts.map((text, index) => [text, plain[index] ?? ""]));
}
