/** A page that lists what was published in the last seven days. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { History } from "../history.js";
import { writeFrontMatter } from "./front-matter.js";
import { writeAtOnce } from "./post-file.js";

const WEEK_MS = 7 * 86_400_000;

/** Writes the digest; undefined when there is nothing to list. */
export function writeDigest(content: string, history: History, now: Date): string | undefined {
  const week = history.entries
    .filter(({ date, path }) => now.getTime() - Date.parse(date) < WEEK_MS && existsSync(path))
    .sort((left, right) =>
      left.date === right.date ? (left.title < right.title ? -1 : 1) : left.date < right.date ? 1 : -1,
    );
  if (week.length === 0) return undefined;
  const day = now.toISOString().slice(0, 10);
  const head = writeFrontMatter({
    title: `Digest of the week to ${day}`,
    date: now,
    pubDate: now,
    description: `${week.length} articles of the last seven days.`,
    tags: ["digest"],
    draft: false,
  });
  const lines = week.map(
    ({ title, summary, path }) =>
      `## [${title.replace(/[[\]]/g, "\\$&")}](./${basename(path)})\n\n${summary}\n`,
  );
  const path = join(content, `${day}-digest.md`);
  writeAtOnce(path, `${head}\n${lines.join("\n")}`);
  return path;
}
