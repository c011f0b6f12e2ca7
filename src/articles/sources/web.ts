/** The sources on the web: each turns one answer into items. */
import { createHash } from "node:crypto";
import { callPython } from "../../pipeline/index.js";
import type { SourceOptions } from "../config.js";
import { SourceFailed } from "../errors.js";
import type { Collected } from "../model.js";
import { normalizeAddress } from "./address.js";
import type { CollectContext } from "./source.js";

const DEFAULT_MOST = 30;

/** What an answer says of one item, before it is checked. */
interface Offer {
  readonly title: string;
  readonly url: string;
  readonly text: string;
  readonly date?: string | null;
  readonly author?: string;
  readonly points?: number;
}

type WebSource = Exclude<SourceOptions, { readonly type: "files" | "installed" }>;

/** @throws SourceFailed when the source cannot be reached or answers something else */
export async function collectFromWeb(
  options: WebSource,
  name: string,
  context: CollectContext,
): Promise<readonly Collected[]> {
  const offers = await offersOf(options, name, context);
  const items: Collected[] = [];
  let incomplete = 0;
  for (const { title, url, text, date, author, points } of offers.slice(0, options.most ?? DEFAULT_MOST)) {
    const address = normalizeAddress(url);
    if (title.trim() === "" || address === undefined) {
      incomplete++;
      continue;
    }
    items.push({
      id: `${name}:${createHash("sha256").update(address).digest("hex").slice(0, 16)}`,
      source: name,
      kind: "post",
      title: title.trim().slice(0, 300),
      group: new URL(address).host,
      edition: address,
      url: address,
      text,
      ...(date ? { date } : {}),
      ...(author ? { author: author.slice(0, 100) } : {}),
      ...(points === undefined ? {} : { points }),
    });
  }
  if (incomplete > 0) context.stage.note(`${incomplete} items without a title or an address were left out`);
  return items;
}

async function offersOf(
  options: WebSource,
  name: string,
  context: CollectContext,
): Promise<readonly Offer[]> {
  const { fetcher, stage, pool } = context;
  switch (options.type) {
    case "feed": {
      const text = await fetcher.text(options.url, stage.signal);
      const feed = await callPython<{ items: readonly FeedItem[] }>(pool, "feed", [text], stage).catch(
        (error: unknown) => {
          const isFeedError = (error as { isInstance?: (type: string) => boolean }).isInstance?.("FeedError");
          throw isFeedError
            ? new SourceFailed(name, (error as Error).message.replace(/^.*FeedError: /, ""))
            : error;
        },
      );
      return feed.items.map(({ title, link, id, text, date, author }) => ({
        title,
        url: normalizeAddress(link === "" ? id : link, options.url) ?? "",
        text,
        date,
        author,
      }));
    }
    case "hacker-news": {
      const search =
        options.query === undefined
          ? "tags=front_page"
          : `tags=story&query=${encodeURIComponent(options.query)}`;
      const url = options.url ?? `https://hn.algolia.com/api/v1/search?${search}`;
      const hits = listAt(await json(url, name, context), "hits", name);
      return hits.map((hit) => ({
        title: textAt(hit, "title"),
        url: textAt(hit, "url") || `https://news.ycombinator.com/item?id=${textAt(hit, "objectID")}`,
        text: textAt(hit, "story_text"),
        date: textAt(hit, "created_at"),
        author: textAt(hit, "author"),
        points: numberAt(hit, "points"),
      }));
    }
    case "github-releases": {
      const url = options.url ?? `https://api.github.com/repos/${options.repository}/releases`;
      const releases = listAt(await json(url, name, context), undefined, name);
      return releases
        .filter((release) => release.draft !== true && release.prerelease !== true)
        .map((release) => ({
          title: `${options.repository} ${textAt(release, "name") || textAt(release, "tag_name")}`,
          url: textAt(release, "html_url"),
          text: textAt(release, "body"),
          date: textAt(release, "published_at"),
        }));
    }
    case "reddit": {
      const url = options.url ?? `https://www.reddit.com/r/${options.subreddit}/top.json?t=week`;
      const data = (await json(url, name, context)) as { data?: unknown };
      return listAt(data.data, "children", name).map((child) => {
        const post = (child.data ?? {}) as Fields;
        return {
          title: textAt(post, "title"),
          url: textAt(post, "url"),
          text: textAt(post, "selftext"),
          author: textAt(post, "author"),
          points: numberAt(post, "score"),
          date: dateOf(numberAt(post, "created_utc") * 1_000),
        };
      });
    }
    case "mastodon": {
      const url = new URL(`/api/v1/timelines/tag/${options.tag}`, options.server).href;
      const posts = listAt(await json(url, name, context), undefined, name);
      return posts.map((post) => {
        const text = textAt(post, "content");
        return {
          title: text
            .replace(/<[^>]*>/g, " ")
            .trim()
            .slice(0, 90),
          url: textAt(post, "url"),
          text,
          date: textAt(post, "created_at"),
          points: numberAt(post, "favourites_count"),
        };
      });
    }
  }
}

interface FeedItem {
  readonly id: string;
  readonly title: string;
  readonly link: string;
  readonly date: string | null;
  readonly author: string;
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;

async function json(url: string, name: string, { fetcher, stage }: CollectContext): Promise<unknown> {
  const text = await fetcher.text(url, stage.signal);
  try {
    return JSON.parse(text);
  } catch {
    throw new SourceFailed(name, `the answer is not JSON: ${JSON.stringify(text.slice(0, 60))}`);
  }
}

function listAt(value: unknown, key: string | undefined, name: string): readonly Fields[] {
  const list = key === undefined ? value : (value as Fields | undefined)?.[key];
  if (!Array.isArray(list))
    throw new SourceFailed(name, "the answer has another shape than the service documents");
  return list.filter((entry): entry is Fields => typeof entry === "object" && entry !== null);
}

function textAt(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function numberAt(fields: Fields, key: string): number {
  const value = fields[key];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function dateOf(milliseconds: number): string | null {
  return milliseconds > 0 ? new Date(milliseconds).toISOString() : null;
}
