/** One theme through many changelogs: security, types, Node versions, language features. */
import type { Brief, Enriched } from "../model.js";
import { type Change, changesOf, compareVersions, top } from "./changes.js";
import { Citations } from "./citations.js";
import { bullets } from "./package-article.js";
import { asSentence, clipped, counted, dayInWords, listed } from "./words.js";
import type { Written } from "./written.js";

const MOST_PER_PACKAGE = 5;

interface Theme {
  readonly title: (packages: number) => string;
  readonly opening: string;
  readonly advice: string;
  readonly tag: string;
}

const THEMES: Readonly<Record<string, Theme>> = {
  security: {
    title: (count) => `Security fixes in the changelogs of ${counted(count, "installed package")}`,
    opening:
      "A changelog that names a vulnerability also names the version that closed it, and so tells whether what is installed is on the safe side.",
    advice:
      "A changelog only knows what its authors wrote down. It does not replace an audit against an advisory database; it says which versions must not come back by way of an old lock file.",
    tag: "security",
  },
  types: {
    title: (count) =>
      `TypeScript types: what ${counted(count, "installed package")} changed in their declarations`,
    opening:
      "Changed declarations break a build without changing a single behaviour, which makes them worth knowing before an update.",
    advice: "After an update of one of these, the type check is the test that tells most.",
    tag: "typescript",
  },
  "node-versions": {
    title: (count) => `Node.js versions in the changelogs of ${counted(count, "installed package")}`,
    opening:
      "Which Node.js versions a package runs on, or knows about, changes with its releases, mostly in few words.",
    advice:
      "Before the oldest supported Node.js of a project is raised or lowered, these are the entries to read again.",
    tag: "node",
  },
  "language-features": {
    title: (count) => `New JavaScript in ${counted(count, "installed package")}: what their changelogs say`,
    opening:
      "Tools that read source code must learn every new piece of the language before anybody can use it.",
    advice: "A syntax that a tool in this list does not mention is best tried before it is used.",
    tag: "javascript",
  },
};

export function writeThemeArticle(brief: Brief): Written {
  const theme = THEMES[brief.story.theme ?? ""] as Theme;
  const changes = changesOf(brief);
  const citations = new Citations();
  const members = brief.items.filter((item) => changes.some((change) => change.item === item));
  const names = members.map(nameOf);
  const lines = [
    `${theme.opening} Among the packages installed here, ${listed(names.map((name) => `\`${name}\``))} record ${counted(changes.length, "such change")}.`,
    "",
    "## Who, when, and what is installed",
    "",
    ...(brief.story.theme === "security"
      ? statusTable(members, changes, citations)
      : overview(members, changes, citations)),
  ];
  for (const item of members) {
    const own = changes.filter((change) => change.item === item);
    lines.push(
      "",
      `## ${nameOf(item)}`,
      "",
      origin(item),
      "",
      ...bullets(top(own, MOST_PER_PACKAGE), citations, true),
    );
  }
  lines.push("", "## What to make of it", "", theme.advice);
  const newest = top(changes, changes.length)[0];
  return {
    title: theme.title(members.length),
    summary: clipped(
      `${counted(changes.length, "change")} in ${listed(names)}${newest === undefined ? "" : `; the latest: ${nameOf(newest.item)} ${newest.release.version}, ${asSentence(newest.entry.text)}`}`,
      300,
    ),
    tags: [theme.tag, "dependencies", "release notes"],
    body: lines.join("\n"),
    citations: citations.list,
  };
}

function nameOf(item: Enriched): string {
  return item.package?.name ?? item.title;
}

function origin({ package: facts }: Enriched): string {
  if (facts === undefined) return "";
  const [path = []] = facts.paths;
  const way = facts.direct
    ? "named by this project itself"
    : path.length === 0
      ? "installed"
      : `needed by ${path
          .slice(0, -1)
          .reverse()
          .map((name) => `\`${name}\``)
          .join(", which is needed by ")}`;
  return `Installed: ${facts.version}, ${way}.`;
}

/** A fix is in what is installed when a version with it, of the same major line, is not newer. */
function statusTable(
  members: readonly Enriched[],
  changes: readonly Change[],
  citations: Citations,
): readonly string[] {
  const rows = members.map((item) => {
    const own = changes.filter((change) => change.item === item);
    const installed = item.package?.version ?? "";
    const [latest] = [...own].sort((a, b) => compareVersions(b.release.version, a.release.version));
    const fixedIn = [
      ...new Set(own.map(({ release }) => `${release.version}${citations.release(item, release)}`)),
    ];
    const isIn = own.some(
      ({ release }) =>
        compareVersions(release.version, installed) <= 0 && major(release.version) <= major(installed),
    );
    const missing = own.filter(
      ({ release }) =>
        compareVersions(release.version, installed) > 0 && major(release.version) === major(installed),
    );
    const status = missing.length > 0 ? "**an update is due**" : isIn ? "has them" : "not told";
    const date = latest?.release.date ?? null;
    return `| \`${nameOf(item)}\` | ${fixedIn.slice(0, 6).join(", ")} | ${date === null ? "no date" : dayInWords(date)} | ${installed} | ${status} |`;
  });
  return ["| package | fixed in | latest | installed | status |", "|---|---|---|---|---|", ...rows];
}

function overview(
  members: readonly Enriched[],
  changes: readonly Change[],
  citations: Citations,
): readonly string[] {
  const rows = members.map((item) => {
    const own = [...changes.filter((change) => change.item === item)].sort((a, b) =>
      compareVersions(b.release.version, a.release.version),
    );
    const [latest] = own as [Change];
    const { version, date } = latest.release;
    return `| \`${nameOf(item)}\` | ${own.length} | ${version}${citations.release(item, latest.release)} | ${date === null ? "no date" : dayInWords(date)} | ${item.package?.version ?? ""} |`;
  });
  return ["| package | changes | latest in | of | installed |", "|---|---:|---|---|---|", ...rows];
}

function major(version: string): number {
  return Number.parseInt(version, 10) || 0;
}
