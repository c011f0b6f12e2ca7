/** Runs the real command, and reads what it wrote. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { type Ended, nogil, temporaryFolder } from "../cli/command.js";

export interface Place {
  readonly content: string;
  readonly state: string;
}

export function newPlace(): Place {
  const folder = temporaryFolder();
  return { content: join(folder, "posts"), state: join(folder, "state") };
}

/** `nogil articles STEP` with the folders of a place. */
export function articles(step: string, place: Place, args: readonly string[], cwd?: string): Promise<Ended> {
  return nogil(argumentsFor(step, place, args), cwd === undefined ? {} : { cwd });
}

export function argumentsFor(step: string, place: Place, args: readonly string[]): string[] {
  return ["articles", step, "--content", place.content, "--state", place.state, ...args];
}

/** Name to text of the posts of a folder. */
export function postsIn(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder).filter((name) => name.endsWith(".md"));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** Everything in a folder, without the time of day in it. */
export function timeless(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [
        name,
        readFileSync(join(folder, name), "utf8").replace(/T\d\d:\d\d:\d\d\.\d{3}Z/g, ""),
      ]),
  );
}

/** Checks what holds for every post: front matter, footnotes both ways, links to files, nothing half-made. */
export function expectGoodPost(path: string, text: string): void {
  const [, head = "", body = ""] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  for (const key of ["title", "description"]) {
    const value = new RegExp(`^${key}: (".*")$`, "m").exec(head)?.[1];
    expect(String(JSON.parse(value ?? "null")).length, `${key} of ${path}`).toBeGreaterThan(2);
  }
  expect(head).not.toMatch(/undefined|null|NaN|\[object/);
  expect(head).toMatch(/^date: \d{4}-\d\d-\d\dT/m);
  const prose = body.replace(/```[\s\S]*?```/g, "").replace(/`[^`]*`/g, "");
  const marks = new Set(
    [...prose.replace(/^\[\^\d+\]:/gm, "").matchAll(/\[\^(\d+)\]/g)].map((match) => match[1]),
  );
  const notes = new Set([...prose.matchAll(/^\[\^(\d+)\]:/gm)].map((match) => match[1]));
  expect(marks.size).toBeGreaterThan(0);
  expect(notes).toEqual(marks);
  for (const [, address = ""] of prose.matchAll(/\]\(([^)]+)\)/g)) {
    if (/^https?:\/\//.test(address)) continue;
    const [file = "", line] = decodeURIComponent(address).split("#L");
    const target = join(dirname(path), file);
    expect(existsSync(target), `${address} in ${path}`).toBe(true);
    if (line !== undefined) {
      expect(readFileSync(target, "utf8").split("\n").length).toBeGreaterThanOrEqual(Number(line));
    }
  }
  expect((body.match(/^```/gm)?.length ?? 0) % 2).toBe(0);
  for (const garbage of [
    /<(?!\/?(?:br|sup))[a-z]+[ >]/i,
    /\[object |\bNaN\b/,
    /\]\(\s*\)/,
    /!\[[^\]]*\]\[/,
    /\*\*\*\*/,
    / {2,}\S.*\|$/,
  ]) {
    expect(prose.replace(/\\</g, ""), `in ${path}`).not.toMatch(garbage);
  }
}
