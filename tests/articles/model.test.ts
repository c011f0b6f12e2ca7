import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startModelServer } from "../../bench/articles/model-server.js";
import { ROOT, temporaryFolder } from "../cli/command.js";
import { articles, expectGoodPost, newPlace, postsIn, timeless } from "./posts.js";

const server = await startModelServer();
afterAll(() => server.close());

const withModel = (behaviour = "", ...more: string[]) => [
  "--offline",
  "--source",
  "node_modules",
  "--max-articles",
  "4",
  "--model",
  `vllm/m${behaviour}`,
  "--base-url",
  server.baseUrl,
  ...more,
];

test("a model's articles are the same in parallel and one by one, cited and checked", async () => {
  const [parallel, sequential] = [newPlace(), newPlace()];
  const { code, stderr } = await articles("run", parallel, withModel("?latency=30"), ROOT);
  expect(code, stderr).toBe(0);
  await articles("run", sequential, withModel("?latency=30", "--sequential"), ROOT);
  const posts = postsIn(parallel.content);
  expect(Object.keys(posts).length).toBe(4);
  expect(timeless(sequential.content)).toEqual(timeless(parallel.content));
  for (const [name, text] of Object.entries(posts)) {
    expectGoodPost(join(parallel.content, name), text);
    expect(text).toContain('generator: "vllm/m?latency=30"');
    expect(text).toContain("*Written by vllm/m?latency=30 from the cited sources.");
  }
  const { report } = JSON.parse(readFileSync(join(parallel.state, "report.json"), "utf8"));
  expect(report.work.llm).toBeGreaterThanOrEqual(4 * 30);
});

test("an article that does not pass is written again, with what was wrong", async () => {
  const place = newPlace();
  const { code } = await articles("run", place, withModel("?fail=nonsense&once=1"), ROOT);
  expect(code).toBe(0);
  expect(Object.keys(postsIn(place.content)).length).toBe(4);
  const { report } = JSON.parse(readFileSync(join(place.state, "report.json"), "utf8"));
  expect(report.notes.filter(({ text }: { text: string }) => text.startsWith("written again:")).length).toBe(
    4,
  );
});

test.each([
  ["empty", /the model answered nothing|answer has no text/i],
  ["nonsense", /sentences are supported by the sources/],
  ["unclosed", /a block of code is not closed/],
])("a model that answers %s yields dead letters with the cause, and a failing exit", async (fail, cause) => {
  const place = newPlace();
  const { code, stderr } = await articles("run", place, withModel(`?fail=${fail}`), ROOT);
  expect(code).toBe(1);
  expect(postsIn(place.content)).toEqual({});
  expect(stderr).toMatch(/nothing was made/);
  const { report } = JSON.parse(readFileSync(join(place.state, "report.json"), "utf8"));
  expect(report.deadLetters.length).toBe(4);
  for (const { reason } of report.deadLetters) expect(reason).toMatch(cause);
});

test("offline, a model elsewhere is refused before anything is done", async () => {
  const { code, stderr } = await articles(
    "run",
    newPlace(),
    ["--offline", "--source", "node_modules", "--model", "openai/gpt-4o-mini"],
    ROOT,
  );
  expect(code).toBe(2);
  expect(stderr).toContain('option "model" is "openai/gpt-4o-mini"');
});

test("the reviewer's consent is asked for where it is configured", async () => {
  const folder = temporaryFolder();
  const config = join(folder, "articles.json");
  writeFileSync(config, JSON.stringify({ review: true, articlesPerRun: 2 }));
  const before = server.calls();
  const place = newPlace();
  await articles(
    "run",
    place,
    [...withModel("", "--config", config).filter((each) => each !== "--max-articles" && each !== "4")],
    ROOT,
  );
  expect(Object.keys(postsIn(place.content)).length).toBe(2);
  expect(server.calls() - before).toBe(4);
});
