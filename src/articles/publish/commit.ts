/** One git commit with what a run wrote. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Published } from "../model.js";

const run = promisify(execFile);

/** Commits these files and nothing else; false when git has nothing to commit. Rejects with git's own words. */
export async function commitPosts(
  cwd: string,
  content: string,
  published: readonly Published[],
): Promise<boolean> {
  await run("git", ["add", "--", content], { cwd });
  const { stdout } = await run("git", ["diff", "--cached", "--name-only", "--", content], { cwd });
  if (stdout.trim() === "") return false;
  const titles = published.map(({ title }) => `- ${title}`).join("\n");
  const subject = `Publish ${published.length} ${published.length === 1 ? "article" : "articles"}`;
  await run("git", ["commit", "--quiet", "-m", subject, "-m", titles, "--", content], { cwd });
  return true;
}
