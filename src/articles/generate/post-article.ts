/** Posts: one, or several about one thing, by the sentences that say most. */
import { callPython, type PythonCalls, type StageContext } from "../../pipeline/index.js";
import type { Brief, Enriched, Sentence } from "../model.js";
import { Citations } from "./citations.js";
import { asMarkdown, asSentence, clipped, counted, dayInWords, listed } from "./words.js";
import type { Written } from "./written.js";

const SENTENCES = 16;
const IN_OPENING = 3;
const IN_PARAGRAPH = 3;

export async function writePostArticle(
  brief: Brief,
  pool: PythonCalls,
  context: StageContext,
): Promise<Written> {
  const { items } = brief;
  const [lead] = items as readonly [Enriched, ...Enriched[]];
  const citations = new Citations();
  const sentences = await callPython<readonly Sentence[]>(
    pool,
    "rank",
    [items.map(({ text }) => text), SENTENCES, lead.title],
    context,
  );
  const best = new Set([...sentences].sort((a, b) => b.weight - a.weight).slice(0, IN_OPENING));
  const opening = sentences.filter((sentence) => best.has(sentence));
  const rest = sentences.filter((sentence) => !best.has(sentence));
  const mark = ({ source }: Sentence) => citations.item(items[source] as Enriched);
  const say = (list: readonly Sentence[]) =>
    list.map((sentence) => `${asSentence(asMarkdown(sentence.text))}${mark(sentence)}`).join(" ");
  const lines: string[] = [say(opening)];
  if (items.length > 1) {
    const where = items.map((item) => `“${asMarkdown(item.title)}”${citations.item(item)}`);
    lines.push("", `${counted(items.length, "source")} tell this story: ${listed(where)}.`);
  }
  for (const [index, item] of items.entries()) {
    const own = rest.filter(({ source }) => source === index);
    if (own.length === 0) continue;
    const when = item.date === undefined ? "" : `, ${dayInWords(item.date)}`;
    lines.push("", `## ${items.length === 1 ? "What it says" : asMarkdown(item.title)}`, "");
    const author = item.author === undefined ? "" : ` by ${asMarkdown(item.author)}`;
    lines.push(`From ${item.group.startsWith("/") ? "a local file" : item.group}${author}${when}:`);
    for (let start = 0; start < own.length; start += IN_PARAGRAPH) {
      lines.push("", say(own.slice(start, start + IN_PARAGRAPH)));
    }
  }
  return {
    title: clipped(lead.title, 120),
    summary: clipped(opening[0]?.text ?? lead.title, 300),
    tags: [...new Set(items.flatMap(({ measures }) => measures.topics))].slice(0, 5),
    body: lines.join("\n"),
    citations: citations.list,
  };
}
