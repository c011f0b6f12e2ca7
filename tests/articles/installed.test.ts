import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nogil, ROOT, start } from "../cli/command.js";
import { bothKinds } from "../interpreters.js";
import { sleep } from "../pool/pools.js";
import { argumentsFor, articles, expectGoodPost, newPlace, postsIn, timeless } from "./posts.js";

const ARGUMENTS = ["--offline", "--source", "node_modules", "--max-articles", "4"];

test.each(bothKinds())("the project's own dependencies give four articles, on $label", async ({ python }) => {
  const place = newPlace();
  const { code, stdout, stderr } = await articles(
    "run",
    place,
    [...ARGUMENTS, "--python", python.path],
    ROOT,
  );
  expect(code, stderr).toBe(0);
  const posts = postsIn(place.content);
  expect(stdout.trim().split("\n").sort()).toEqual(
    Object.keys(posts).map((name) => join(place.content, name)),
  );
  expect(Object.keys(posts).length).toBe(4);
  for (const [name, text] of Object.entries(posts)) expectGoodPost(join(place.content, name), text);
  const all = Object.values(posts).join("\n");
  expect(all).toMatch(/```mermaid\n(?:timeline|flowchart)/);
  const forms = new Set([...all.matchAll(/^categories: \["(.+)"\]$/gm)].map((match) => match[1]));
  expect([...forms].sort()).toEqual(["general", "how-to", "integrative"]);
  for (const [, picture] of all.matchAll(/!\[[^\]]*\]\(\.\/([^)]+)\)/g)) {
    expect(readFileSync(join(place.content, String(picture)), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
  }
  const report = JSON.parse(readFileSync(join(place.state, "report.json"), "utf8"));
  expect(report.environment).toMatchObject({
    pythonVersion: python.version,
    gilOff: python.freeThreadedBuild,
  });
  expect(report.report).toMatchObject({ deadLetters: [], end: "finished" });
});

test("one at a time makes the same files as all at once", async () => {
  const [parallel, sequential] = [newPlace(), newPlace()];
  await articles("run", parallel, ARGUMENTS, ROOT);
  await articles("run", sequential, [...ARGUMENTS, "--sequential"], ROOT);
  expect(Object.keys(timeless(parallel.content)).length).toBeGreaterThanOrEqual(4);
  expect(timeless(sequential.content)).toEqual(timeless(parallel.content));
});

test("killed at ten points and started again, the same articles are there, each once", async () => {
  const whole = newPlace();
  await articles("run", whole, ARGUMENTS, ROOT);
  const place = newPlace();
  for (let kill = 0; kill < 10; kill++) {
    const running = start(argumentsFor("run", place, ARGUMENTS), { cwd: ROOT });
    let isOver = false;
    running.ended.then(() => {
      isOver = true;
    });
    // From before the first line of the journal to the middle of publishing.
    const until = Math.floor(Math.random() * 36);
    const lines = () => {
      const journal = join(place.state, "run-journal.log");
      return existsSync(journal) ? readFileSync(journal, "utf8").split("\n").length - 1 : 0;
    };
    while (!isOver && lines() < until) await sleep(2);
    running.process.kill("SIGKILL");
    await running.ended;
    // One that was faster than the kill is finished: another would write about something else.
    if (existsSync(join(place.state, "report.json"))) break;
  }
  const isFinished = existsSync(join(place.state, "report.json"));
  const { stderr } = isFinished ? { stderr: "" } : await articles("run", place, ARGUMENTS, ROOT);
  expect(timeless(place.content), stderr).toEqual(timeless(whole.content));
  const ids = Object.values(postsIn(place.content)).map((text) => /^ {2}id: (.+)$/m.exec(text)?.[1]);
  expect(new Set(ids).size).toBe(4);
  const log = readFileSync(join(place.state, "published.log"), "utf8").trim().split("\n");
  expect(log.length).toBe(4);
});

test("a second run writes about something else, or says why it cannot", async () => {
  const place = newPlace();
  await articles("run", place, [...ARGUMENTS.slice(0, -1), "30"], ROOT);
  const before = timeless(place.content);
  const { code, stderr } = await articles("run", place, ARGUMENTS, ROOT);
  expect(timeless(place.content)).toEqual(before);
  expect(code).toBe(1);
  expect(stderr).toMatch(/nothing was made: .*(?:it was published|less than 7 days ago)/);
});

test("forced, it writes an article again in the place of the old one", async () => {
  const place = newPlace();
  await articles("run", place, ARGUMENTS, ROOT);
  const before = timeless(place.content);
  const { code } = await articles("run", place, [...ARGUMENTS, "--force-regenerate"], ROOT);
  expect(code).toBe(0);
  expect(timeless(place.content)).toEqual(before);
});

test("a dry run writes nothing", async () => {
  const place = newPlace();
  const { code, stdout } = await articles("run", place, [...ARGUMENTS, "--dry-run"], ROOT);
  expect(code).toBe(0);
  expect(stdout.trim().split("\n").length).toBe(4);
  expect(postsIn(place.content)).toEqual({});
});

test("step by step it comes to the same articles, with files to read in between", async () => {
  const [whole, steps] = [newPlace(), newPlace()];
  await articles("run", whole, ARGUMENTS, ROOT);
  for (const step of ["collect", "enrich", "generate"]) {
    const { code, stderr } = await articles(step, steps, ARGUMENTS, ROOT);
    expect(code, stderr).toBe(0);
  }
  const collected = JSON.parse(readFileSync(join(steps.state, "collected.json"), "utf8"));
  expect(collected[0]).toMatchObject({ id: expect.any(String), value: { kind: expect.any(String) } });
  expect(timeless(steps.content)).toEqual(timeless(whole.content));
  const { stdout, code } = await nogil(["articles", "report", "--state", steps.state]);
  expect(code).toBe(0);
  expect(stdout).toContain("| publish | 4 | 0 | 0 |");
});
