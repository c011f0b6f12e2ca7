/** Several packages of one house: what they changed together, and each by itself. */
import type { Brief, Enriched } from "../model.js";
import { type Change, changesOf, releasesOf, top } from "./changes.js";
import { Citations } from "./citations.js";
import { bullets } from "./package-article.js";
import { asMarkdown, asSentence, clipped, counted, dayInWords, listed, monthInWords } from "./words.js";
import type { Written } from "./written.js";

const MOST_PER_PACKAGE = 6;
const MOST_DAYS = 5;

export function writeFamilyArticle(brief: Brief): Written {
  const changes = changesOf(brief);
  const releases = releasesOf(changes);
  const citations = new Citations();
  const names = brief.items.map(nameOf);
  const since = releases[releases.length - 1]?.release.date ?? undefined;
  const lines: string[] = [opening(brief, citations)];
  const shared = sharedEntries(changes);
  const days = commonDays(brief.items).filter(({ date }) => since === undefined || date >= since);
  lines.push(
    "",
    `Since ${since === undefined ? "their first release" : monthInWords(since)} they had ${counted(releases.length, "release")} with ${counted(changes.length, "entry").replace("entrys", "entries")} that matter to somebody who uses them${shared.length > 0 ? `; ${counted(shared.length, "entry").replace("entrys", "entries")} ${shared.length === 1 ? "stands" : "stand"} in more than one changelog` : ""}.`,
  );
  if (shared.length > 0 || days.length > 0) {
    lines.push("", "## What moved together", "");
    for (const group of shared) {
      const [change] = group as readonly [Change];
      const where = group.map(
        ({ item, release }) => `${nameOf(item)} ${release.version}${citations.release(item, release)}`,
      );
      const date = change.release.date === null ? "" : ` (${dayInWords(change.release.date)})`;
      lines.push(`- ${listed(where)}${date}: ${asSentence(asMarkdown(change.entry.text))}`);
    }
    for (const { date, releases: same } of days.slice(0, MOST_DAYS)) {
      const where = same.map(
        ({ item, release }) => `${nameOf(item)} ${release.version}${citations.release(item, release)}`,
      );
      lines.push(`- ${dayInWords(date)}: ${listed(where)} came out on one day.`);
    }
    if (days.length > 1) {
      lines.push(
        "",
        "Packages that are released on one day are best updated in one step, so that they are of the same generation.",
      );
    }
  }
  for (const item of brief.items) {
    const own = changes.filter((change) => change.item === item);
    if (own.length === 0) continue;
    lines.push("", `## ${nameOf(item)} ${item.package?.version ?? ""}`.trimEnd(), "");
    const description = item.package?.description ?? "";
    if (description !== "") lines.push(`${asSentence(asMarkdown(description))}`, "");
    lines.push(...bullets(top(own, MOST_PER_PACKAGE), citations, true));
  }
  const [newest] = top(changes, 1);
  const common = shared[0]?.[0];
  const example = common ?? newest;
  return {
    title: `${listed(names)}: what changed across the family${since === undefined ? "" : ` since ${monthInWords(since)}`}`,
    summary: clipped(
      `${counted(releases.length, "release")} of ${listed(names)}${example === undefined ? "" : `; ${common === undefined ? "what weighs most" : "in more than one of them"}: ${asSentence(example.entry.text)}`}`,
      300,
    ),
    tags: [...names.slice(0, 3), "dependencies", "release notes"],
    body: lines.join("\n"),
    citations: citations.list,
  };
}

function nameOf(item: Enriched): string {
  return item.package?.name ?? item.title;
}

function opening(brief: Brief, citations: Citations): string {
  const versions = brief.items.map((item) => {
    const [newest] = item.releases;
    const mark = newest === undefined ? "" : citations.release(item, newest);
    return `\`${nameOf(item)}\` ${item.package?.version ?? ""}${mark}`;
  });
  const users = new Set(
    brief.items.flatMap((item) => item.package?.paths.map((path) => path[0] ?? "") ?? []),
  );
  const asked = brief.items.filter((item) => item.package?.direct).map(nameOf);
  const by =
    asked.length > 0
      ? ` This project names ${listed(asked.map((name) => `\`${name}\``))} itself.`
      : users.size > 0
        ? ` None of them is named by this project itself; they come by ${listed([...users].sort().map((name) => `\`${name}\``))}.`
        : "";
  return `${listed(versions)} are installed here, come from one place and are made to fit each other.${by}`;
}

/** Entries that say the same in the changelogs of at least two packages. */
function sharedEntries(changes: readonly Change[]): readonly (readonly Change[])[] {
  const byText = new Map<string, Change[]>();
  for (const change of changes) {
    const key = change.entry.text.toLowerCase().replace(/\W+/g, " ").trim();
    const group = byText.get(key) ?? [];
    if (!group.some(({ item }) => item === change.item)) group.push(change);
    byText.set(key, group);
  }
  return [...byText.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.sort((a, b) => (a.item.id < b.item.id ? -1 : 1)))
    .sort((left, right) => ((left[0]?.release.date ?? "") < (right[0]?.release.date ?? "") ? 1 : -1));
}

/** Days on which at least two of the packages were released, newest first. */
function commonDays(items: readonly Enriched[]): readonly {
  readonly date: string;
  readonly releases: readonly { readonly item: Enriched; readonly release: Enriched["releases"][number] }[];
}[] {
  const days = new Map<string, { item: Enriched; release: Enriched["releases"][number] }[]>();
  for (const item of items) {
    for (const release of item.releases) {
      if (release.date === null) continue;
      const same = days.get(release.date) ?? [];
      if (!same.some((other) => other.item === item)) same.push({ item, release });
      days.set(release.date, same);
    }
  }
  return [...days]
    .filter(([, releases]) => releases.length > 1)
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([date, releases]) => ({ date, releases }));
}
