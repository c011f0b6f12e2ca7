import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nogil, temporaryFolder } from "../cli/command.js";
import { otherStoryAbout, storyAbout } from "./feed-server.js";
import { newPlace } from "./posts.js";

/** Two stories as JSON lines. */
function storiesIn(folder: string): string {
  const lines = [
    { title: "Kestrel 4 is out", url: "https://kestrel.example/4", text: storyAbout("Kestrel") },
    { title: "Osprey 2", url: "https://osprey.example/2", text: otherStoryAbout("Osprey") },
  ];
  const file = join(folder, "stories.jsonl");
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join("\n"));
  return file;
}

const SETTINGS = { qualityThreshold: 0.4, checkLinks: false };

test("what was published is one commit, of those files alone", async () => {
  const folder = temporaryFolder();
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
  git("init", "--quiet");
  git("config", "user.name", "Test");
  git("config", "user.email", "test@example.org");
  writeFileSync(join(folder, "other.txt"), "not yet\n");
  git("add", "other.txt");
  mkdirSync(join(folder, "content"));
  writeFileSync(
    join(folder, "articles.config.json"),
    JSON.stringify({ ...SETTINGS, commit: true, content: "content/posts", state: "state" }),
  );
  const run = () =>
    nogil(["articles", "run", "--offline", "--source", storiesIn(folder), "--json"], { cwd: folder });
  const first = await run();
  expect(first.code, first.stderr).toBe(0);
  expect(JSON.parse(first.stdout).committed).toBe(true);
  const [subject = "", ...files] = git("show", "--name-only", "--format=%s").trim().split("\n");
  expect(subject).toBe("Publish 2 articles");
  const committed = files.filter((file) => file !== "");
  expect(committed.length).toBeGreaterThanOrEqual(2);
  for (const file of committed) expect(file).toMatch(/^content\/posts\//);
  expect(git("status", "--short", "other.txt").trim()).toBe("A  other.txt");
  await run();
  expect(git("rev-list", "--count", "HEAD").trim()).toBe("1");
});

test("a commit that git refuses is a remark; the articles are there", async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "articles.config.json"),
    JSON.stringify({ ...SETTINGS, commit: true, content: "posts", state: "state" }),
  );
  const { code, stdout } = await nogil(
    ["articles", "run", "--offline", "--source", storiesIn(folder), "--json"],
    { cwd: folder, env: { ...process.env, GIT_CEILING_DIRECTORIES: folder, GIT_DIR: join(folder, "none") } },
  );
  const run = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(run.published).toHaveLength(2);
  expect(run.committed).toBe(false);
  expect(run.remarks.join("\n")).toMatch(/digest or commit failed: .*git/s);
});

test("--compare measures a sequential run whose articles are thrown away", async () => {
  const place = newPlace();
  const folder = temporaryFolder();
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify(SETTINGS));
  const { code, stderr, stdout } = await nogil([
    "articles",
    "run",
    "--config",
    config,
    "--offline",
    "--compare",
    "--json",
    "--content",
    place.content,
    "--state",
    place.state,
    "--source",
    storiesIn(folder),
  ]);
  expect(code, stderr).toBe(0);
  const run = JSON.parse(stdout);
  expect(run.published).toHaveLength(2);
  expect(run.sequentialWall).toBeGreaterThan(0);
  expect(readFileSync(join(place.state, "report.md"), "utf8")).toMatch(/measured sequential run/i);
});
