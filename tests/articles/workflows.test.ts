import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { COMMAND, ROOT, temporaryFolder } from "../cli/command.js";
import { freeThreaded } from "../interpreters.js";
import { expectGoodPost, postsIn } from "./posts.js";

const EXAMPLES = join(ROOT, "examples", "articles");
const run = promisify(execFile);

/** A project with a configuration without the network, and an `npx` that runs this checkout. */
function project(): { home: string; site: string; env: NodeJS.ProcessEnv } {
  const home = temporaryFolder();
  const [site, bin] = [join(home, "site"), join(home, "bin")];
  for (const folder of [site, bin]) mkdirSync(folder);
  const example = JSON.parse(readFileSync(join(EXAMPLES, "articles.config.json"), "utf8"));
  const sources = [{ type: "installed", path: join(ROOT, "node_modules") }];
  writeFileSync(
    join(site, "articles.config.json"),
    JSON.stringify({ ...example, sources, checkLinks: false }),
  );
  // Getting a Python is tested elsewhere, and takes the network: here it says where the one is that is there.
  const npx = `#!/bin/sh
shift
case "$1 $2" in "python install") set -- python path --python "${freeThreaded()?.path ?? "python3"}";; esac
exec "${process.execPath}" "${COMMAND}" "$@"
`;
  writeFileSync(join(bin, "npx"), npx);
  chmodSync(join(bin, "npx"), 0o755);
  return { home, site, env: { ...process.env, HOME: home, PATH: `${bin}:${process.env.PATH}` } };
}

test("the line for cron writes articles and a digest", async () => {
  const { site, env } = project();
  const lines = readFileSync(join(EXAMPLES, "crontab"), "utf8").trim().split("\n");
  const [line = ""] = lines.filter((each) => !each.startsWith("#"));
  const [, command = ""] = /^(?:\S+\s+){5}(.+)$/.exec(line) ?? [];
  await run("sh", ["-c", command], { env });
  const posts = postsIn(join(site, "content", "posts"));
  const articles = Object.entries(posts).filter(([name]) => !name.endsWith("-digest.md"));
  expect(articles.length).toBe(3);
  for (const [name, text] of articles) expectGoodPost(join(site, "content", "posts", name), text);
  const digest = posts[Object.keys(posts).find((name) => name.endsWith("-digest.md")) ?? ""] ?? "";
  for (const [name] of articles) expect(digest).toContain(`(./${name})`);
});

test("the steps of the GitHub workflow run, up to the push", async () => {
  const { home, site, env } = project();
  await run("git", ["init", "--quiet", "--bare", join(home, "remote.git")], { env });
  await run("git", ["init", "--quiet", "-b", "main"], { cwd: site, env });
  await run("git", ["remote", "add", "origin", join(home, "remote.git")], { cwd: site, env });
  copyFileSync(join(ROOT, "package.json"), join(site, "package.json"));
  const workflow = readFileSync(join(EXAMPLES, "github-workflow.yml"), "utf8");
  const steps = [...workflow.matchAll(/^ {8}run: (?:\|\n((?: {10}.*\n)+)|(.+)\n)/gm)].map(
    ([, block, line]) => block?.replace(/^ {10}/gm, "") ?? line ?? "",
  );
  expect(steps.length).toBe(4);
  const summary = join(home, "summary.md");
  for (const step of steps) {
    const script = step.replace(/^git push$/m, "git push --quiet origin HEAD:main");
    await run("bash", ["-e", "-c", script], { cwd: site, env: { ...env, GITHUB_STEP_SUMMARY: summary } });
  }
  const { stdout } = await run(
    "git",
    ["--git-dir", join(home, "remote.git"), "ls-tree", "-r", "--name-only", "main"],
    { env },
  );
  expect(stdout.match(/^content\/posts\/.+\.md$/gm)?.length).toBe(4);
  expect(readFileSync(summary, "utf8")).toContain("| publish | 3 |");
});
