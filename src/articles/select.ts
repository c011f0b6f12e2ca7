/** The `select` stage: out of everything that was read, the stories of this run. Deterministic: ties go by id. */
import { createHash } from "node:crypto";
import type { LLM } from "../llm/index.js";
import { askModel, callPython, type Item, type PythonCalls, type StageContext } from "../pipeline/index.js";
import type { Config } from "./config.js";
import type { History } from "./history.js";
import type { Brief, Enriched, Form, Story } from "./model.js";

export interface SelectOptions {
  readonly config: Config;
  readonly history: History;
  readonly pool: PythonCalls;
  readonly llm: LLM | undefined;
  /** Also stories that were published, and packages in their cooldown. */
  readonly force: boolean;
}

const NEAR_DUPLICATE = 0.7;
/** Candidates that the model is asked about, for each article that is wanted. */
const ASKED_PER_ARTICLE = 3;
/** A second story about the same package, or of the same form, must be that much better to go first. */
const SAME_GROUP_PENALTY = 0.3;
const SAME_FORM_PENALTY = 0.12;

export async function select(
  items: readonly Enriched[],
  options: SelectOptions,
  context: StageContext,
): Promise<readonly Item<Brief>[]> {
  const { config, history } = options;
  const day = new Date(context.startedAt).toISOString().slice(0, 10);
  const future = history.fromTheFuture(context.startedAt);
  if (future.length > 0) {
    context.note(
      `the clock shows ${day}, before ${future.length} published articles (the latest of ${future.at(-1)?.date.slice(0, 10)}): it went back; they count as of today`,
    );
  }
  const unique = await withoutDuplicates(items, options, context);
  const stories = await storiesOf(unique, day, options, context);
  const byId = new Map(unique.map((item) => [item.id, item]));
  const open: Candidate[] = [];
  for (const story of stories) {
    const members = story.members.map((id) => byId.get(id)).filter((item) => item !== undefined);
    const candidate = { story, members, signature: signatureOf(story, members) };
    const reason = refusal(candidate, options, context.startedAt);
    if (reason === undefined) open.push(candidate);
    else context.note(`${story.id} was left out: ${reason}`);
  }
  const scored = await scoredByModel(open, options, context);
  const chosen = choose(scored, config.articlesPerRun);
  const slugs = new Set<string>();
  return chosen.map(({ story, members, signature }) => {
    const slug = uniqueSlug(slugOf(story, members), slugs);
    return { id: story.id, value: { story, items: members, slug, signature, day } };
  });
}

interface Candidate {
  readonly story: Story;
  readonly members: readonly Enriched[];
  readonly signature: string;
}

/** The best candidates with the mean of their score and the model's; one whose answer is no number keeps its own. */
async function scoredByModel(
  candidates: readonly Candidate[],
  { config, llm }: SelectOptions,
  context: StageContext,
): Promise<readonly Candidate[]> {
  if (llm === undefined || !config.scoreByModel) return candidates;
  const asked = candidates.slice(0, ASKED_PER_ARTICLE * config.articlesPerRun);
  return Promise.all(
    asked.map(async (candidate) => {
      const { story, members } = candidate;
      const sources = members.map(({ title, highlights, releases }) => {
        const texts = highlights.length > 0 ? highlights : (releases[0]?.entries ?? []);
        return `${title}: ${texts.map(({ text }) => text).join(" ")}`;
      });
      const prompt = `How much would this help a software developer this week, from 0 to 10? Answer with the number only.\n\n${sources.join("\n\n")}`;
      const { text } = await askModel(llm, prompt, context, { temperature: 0, maxTokens: 8 });
      const points = Number.parseFloat(/\d+(?:\.\d+)?/.exec(text)?.[0] ?? "");
      if (!(points >= 0 && points <= 10)) return candidate;
      return { ...candidate, story: { ...story, score: (story.score + points / 10) / 2 } };
    }),
  );
}

async function withoutDuplicates(
  items: readonly Enriched[],
  { pool }: SelectOptions,
  context: StageContext,
): Promise<readonly Enriched[]> {
  const known = new Map<string, Enriched>();
  for (const item of items) {
    const key = item.kind === "post" && item.url !== "" ? item.url : item.id;
    const other = known.get(key);
    if (other === undefined) known.set(key, item);
    else context.note(`${item.id} is ${other.id} again`);
  }
  const unique = [...known.values()];
  const found = await callPython<readonly (readonly [number, number, number])[]>(
    pool,
    "duplicates",
    [unique.map(({ sketch }) => sketch), NEAR_DUPLICATE],
    context,
  );
  const copies = new Set<number>();
  for (const [later, earlier, share] of found) {
    copies.add(later);
    context.note(`${unique[later]?.id} is nearly ${unique[earlier]?.id} (${Math.round(share * 100)} %)`);
  }
  return unique.filter((_, index) => !copies.has(index));
}

async function storiesOf(
  items: readonly Enriched[],
  day: string,
  { pool }: SelectOptions,
  context: StageContext,
): Promise<readonly Story[]> {
  const packages = items.filter(({ kind }) => kind === "changelog");
  const rest = items.filter(({ kind }) => kind !== "changelog");
  const [ofPackages, ofPosts] = await Promise.all([
    callPython<readonly Story[]>(
      pool,
      "package_stories",
      [
        packages.map((item) => ({
          id: item.id,
          name: item.package?.name ?? item.title,
          version: item.package?.version ?? "",
          direct: item.package?.direct ?? false,
          repository: item.package?.repository ?? "",
          releases: item.releases,
        })),
        day,
      ],
      context,
    ),
    callPython<readonly Story[]>(
      pool,
      "post_stories",
      [
        rest.map((item) => ({
          id: item.id,
          title: item.title,
          text: item.text,
          score: item.measures.score,
          steps: isHowTo(item) ? stepsIn(item.text) : 0,
        })),
      ],
      context,
    ),
  ]);
  return [...ofPackages, ...ofPosts].sort(
    (left, right) => right.score - left.score || (left.id < right.id ? -1 : 1),
  );
}

function isHowTo({ kind, title, text }: Enriched): boolean {
  if (!text.includes("```")) return false;
  return (
    kind === "guide" ||
    /\b(?:how to|guide|tutorial|step by step|getting started|introduction to)\b/i.test(title)
  );
}

/** Headings that have code before the next one. */
function stepsIn(text: string): number {
  return text
    .split(/^#{2,4}\s/m)
    .slice(1)
    .filter((part) => part.includes("```")).length;
}

function refusal(
  { story, members, signature }: Candidate,
  options: SelectOptions,
  now: number,
): string | undefined {
  const { config, history, force } = options;
  if (story.score < config.qualityThreshold) {
    return `its score ${story.score.toFixed(2)} is below ${config.qualityThreshold}`;
  }
  if (force) return undefined;
  if (history.has(story.id, signature)) return "it was published";
  // A story of many is new as long as not all of it was written about lately.
  const resting = members.filter(({ group }) => {
    const days = history.daysSince(group, now);
    return days !== undefined && days < config.sourceCooldownDays;
  });
  if (resting.length === members.length) {
    return `${[...new Set(resting.map(({ group }) => group))].join(", ")} was written about less than ${config.sourceCooldownDays} days ago`;
  }
  return undefined;
}

/** The best story, then the best that is about something else in another form, and so on. */
function choose(candidates: readonly Candidate[], most: number): readonly Candidate[] {
  const left = [...candidates];
  const chosen: Candidate[] = [];
  const forms = new Map<Form, number>();
  const groups = new Map<string, number>();
  while (left.length > 0 && chosen.length < most) {
    let best = 0;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const [index, { story, members }] of left.entries()) {
      const overlap = members.filter(({ group }) => groups.has(group)).length / Math.max(1, members.length);
      const score =
        story.score - SAME_FORM_PENALTY * (forms.get(story.form) ?? 0) - SAME_GROUP_PENALTY * overlap;
      if (score > bestScore) {
        best = index;
        bestScore = score;
      }
    }
    const [next] = left.splice(best, 1) as [Candidate];
    chosen.push(next);
    forms.set(next.story.form, (forms.get(next.story.form) ?? 0) + 1);
    for (const { group } of next.members) groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  return chosen;
}

function signatureOf(story: Story, members: readonly Enriched[]): string {
  const editions = members.map(({ group, edition }) => [group, edition]).sort();
  return createHash("sha256")
    .update(JSON.stringify([story.id, editions]))
    .digest("hex")
    .slice(0, 16);
}

function slugOf({ id, theme, form }: Story, members: readonly Enriched[]): string {
  const [first] = members;
  const version = first?.package?.version ?? "";
  if (theme === "family") return asSlug(`what-changed-in-${id.slice(id.lastIndexOf("-") + 1)}-packages`);
  if (theme !== null) return asSlug(`${theme}-in-dependencies`);
  if (first?.package !== undefined && form === "how-to")
    return asSlug(`how-to-${first.package.name}-${first.title}`);
  if (first?.kind === "changelog") return asSlug(`what-changed-in-${first.package?.name}-${version}`);
  return asSlug(first?.title ?? id);
}

/** Lower-case letters, digits and dashes; other scripts keep their letters. */
export function asSlug(text: string): string {
  const slug = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return slug.length <= 70 ? slug || "article" : slug.slice(0, 70).replace(/-[^-]*$/, "");
}

function uniqueSlug(slug: string, taken: Set<string>): string {
  let unique = slug;
  for (let number = 2; taken.has(unique); number++) unique = `${slug}-${number}`;
  taken.add(unique);
  return unique;
}
