import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../cli/command.js";
import { startFeedServer } from "./feed-server.js";
import { articles, newPlace } from "./posts.js";

/** What the services answer, as their documents show it, with what may be missing or odd. */
const server = await startFeedServer({
  "/hn": JSON.stringify({
    hits: [
      {
        objectID: "1",
        title: "A faster parser",
        url: "https://parser.example/fast?utm_source=hn",
        author: "ada",
        points: 312,
        created_at: "2026-11-20T09:00:00Z",
      },
      { objectID: "2", title: "Ask: how do you test?", url: null, story_text: "<p>Tell us.</p>", points: 12 },
      { objectID: "3", title: null, url: "https://untitled.example/" },
    ],
  }),
  "/releases": JSON.stringify([
    {
      tag_name: "v2.0.0",
      name: "",
      body: "Breaking: the old API is gone.",
      html_url: "https://code.example/o/r/releases/v2.0.0",
      published_at: "2026-11-19T00:00:00Z",
      draft: false,
    },
    { tag_name: "v2.1.0-rc1", prerelease: true, html_url: "https://code.example/rc" },
    { tag_name: "v3", draft: true, html_url: "https://code.example/draft" },
  ]),
  "/reddit": JSON.stringify({
    data: {
      children: [
        {
          data: {
            title: "Threads at last",
            url: "https://threads.example/",
            selftext: "It works.",
            author: "bob",
            score: 77,
            created_utc: 1_795_000_000,
          },
        },
        "not a post",
      ],
    },
  }),
  "/api/v1/timelines/tag/python": JSON.stringify([
    {
      content: "<p>Python <b>without</b> the lock</p>",
      url: "https://social.example/@eve/1",
      created_at: "2026-11-18T00:00:00Z",
      favourites_count: 5,
    },
  ]),
  "/not-json": "<html>",
  "/other-shape": JSON.stringify({ error: "rate limited" }),
});
afterAll(() => server.close());

interface Collected {
  readonly source: string;
  readonly title: string;
  readonly url: string;
  readonly text: string;
  readonly date?: string;
  readonly author?: string;
  readonly points?: number;
}

async function collect(sources: readonly object[]) {
  const place = newPlace();
  const config = join(temporaryFolder(), "config.json");
  writeFileSync(config, JSON.stringify({ sources, requestsPerSecond: 100 }));
  const { code, stderr } = await articles("collect", place, ["--config", config]);
  const { report } = JSON.parse(readFileSync(join(place.state, "report.json"), "utf8"));
  const text = code === 0 ? readFileSync(join(place.state, "collected.json"), "utf8") : "[]";
  const items = (JSON.parse(text) as { value: Collected }[]).map(({ value }) => value);
  return { code, stderr, items, report };
}

test("Hacker News, GitHub releases, Reddit and Mastodon are read as they answer", async () => {
  const { code, stderr, items, report } = await collect([
    { type: "hacker-news", url: `${server.url}/hn` },
    { type: "github-releases", repository: "o/r", url: `${server.url}/releases` },
    { type: "reddit", subreddit: "python", url: `${server.url}/reddit` },
    { type: "mastodon", server: server.url, tag: "python" },
  ]);
  expect(code, stderr).toBe(0);
  const from = (name: string) => items.filter(({ source }) => source === name);
  expect(from("hacker-news")).toMatchObject([
    {
      title: "A faster parser",
      url: "https://parser.example/fast",
      author: "ada",
      points: 312,
      date: "2026-11-20T09:00:00Z",
    },
    { title: "Ask: how do you test?", url: "https://news.ycombinator.com/item?id=2", points: 12 },
  ]);
  expect(from("o/r")).toMatchObject([
    {
      title: "o/r v2.0.0",
      url: "https://code.example/o/r/releases/v2.0.0",
      text: expect.stringContaining("Breaking"),
    },
  ]);
  expect(from("r/python")).toMatchObject([
    { title: "Threads at last", author: "bob", points: 77, date: new Date(1_795_000_000_000).toISOString() },
  ]);
  expect(items).toContainEqual(
    expect.objectContaining({ title: expect.stringMatching(/^Python\s+without\s+the lock$/), points: 5 }),
  );
  expect(report.notes.map(({ text }: { text: string }) => text)).toContain(
    "1 items without a title or an address were left out",
  );
});

test("a service that answers something else is a dead letter that says so; the others are read", async () => {
  const { items, report } = await collect([
    { type: "hacker-news", name: "good", url: `${server.url}/hn` },
    { type: "hacker-news", name: "page", url: `${server.url}/not-json` },
    { type: "reddit", name: "limited", subreddit: "python", url: `${server.url}/other-shape` },
  ]);
  expect(items.length).toBe(2);
  expect(report.deadLetters).toHaveLength(2);
  expect(report.deadLetters).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: "page", reason: expect.stringContaining("is not JSON") }),
      expect.objectContaining({ id: "limited", reason: expect.stringContaining("another shape") }),
    ]),
  );
});
