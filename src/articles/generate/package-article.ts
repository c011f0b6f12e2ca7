/** "What changed in …": one installed package, from its changelog. */
import type { Brief, Enriched, PackageFacts } from "../model.js";
import { type Change, changesOf, compareVersions, groupOf, releasesOf, top } from "./changes.js";
import { Citations } from "./citations.js";
import { asMarkdown, asSentence, clipped, counted, dayInWords, listed, monthInWords } from "./words.js";
import type { Written } from "./written.js";

const MOST_IN_SECTION = 8;
const MOST_ROWS = 14;

export function writePackageArticle(brief: Brief): Written {
  const [item] = brief.items as readonly [Enriched];
  const facts = item.package as PackageFacts;
  const changes = changesOf(brief);
  const releases = releasesOf(changes);
  const citations = new Citations();
  const first = releases[releases.length - 1]?.release;
  const since = first?.date ?? undefined;
  const of = (group: ReturnType<typeof groupOf>) => changes.filter((change) => groupOf(change) === group);
  const [check, added, fixed, improved] = [of("check"), of("added"), of("fixed"), of("improved")];
  const tally = listed(
    [
      added.length > 0 ? counted(added.length, "addition") : "",
      fixed.length > 0 ? counted(fixed.length, "fix") : "",
      improved.length > 0 ? counted(improved.length, "other change") : "",
    ].filter((text) => text !== ""),
  );
  const lines: string[] = [];

  lines.push(...opening(item, facts, citations));
  lines.push(
    "",
    `The ${counted(releases.length, "release")} below${since === undefined ? "" : `, from ${monthInWords(since)} on,`} ${releases.length === 1 ? "brings" : "bring"} ${tally}${check.length > 0 ? `, and ${counted(check.length, "entry").replace("entrys", "entries")} to check before an upgrade` : "; no entry is marked as breaking, removed, deprecated or security"}.`,
  );

  const newest = item.releases[0];
  const ofNewest = changes.filter(({ release }) => release === newest);
  if (newest !== undefined && ofNewest.length > 0) {
    lines.push("", `## The newest release, ${newest.version}`, "");
    lines.push(...bullets(top(ofNewest, MOST_IN_SECTION), citations, false));
  }
  const older = (group: readonly Change[]) =>
    top(
      group.filter(({ release }) => release !== newest),
      MOST_IN_SECTION,
    );
  section(lines, "What to check before an upgrade", top(check, MOST_IN_SECTION), citations);
  section(lines, "What was added before that", older(added), citations);
  section(lines, "What was fixed before that", older(fixed), citations);
  section(lines, "What else changed", older(improved), citations);
  if (releases.length > 1)
    lines.push("", "## The releases at a glance", "", ...table(releases, changes, citations));
  if (facts.paths.length > 0 && !facts.direct) {
    lines.push("", "## Where it comes from", "", pathSentence(facts));
  }
  const headline = top(added.length > 0 ? added : changes, 1)[0];
  return {
    title: `${facts.name} ${facts.version}: what ${counted(releases.length, "release")} changed${since === undefined ? "" : ` since ${monthInWords(since)}`}`,
    summary: clipped(
      `${tally[0]?.toUpperCase()}${tally.slice(1)} in ${counted(releases.length, "release")} of ${facts.name}${headline === undefined ? "" : `; among them: ${asSentence(headline.entry.text)}`}`,
      300,
    ),
    tags: [facts.name, "dependencies", "release notes", facts.ecosystem],
    body: lines.join("\n"),
    citations: citations.list,
  };
}

/** What it is, which version is here, and whether the changelog knows a newer one. */
function opening(item: Enriched, facts: PackageFacts, citations: Citations): readonly string[] {
  const newest = item.releases[0];
  const description =
    facts.description === ""
      ? ""
      : `, in its own words “${asMarkdown(facts.description.replace(/\.$/, ""))}”,`;
  const role = facts.direct
    ? "is one of the packages this project names itself"
    : facts.paths.length === 0
      ? "is installed here"
      : `is here because ${listed([...new Set(facts.paths.map((path) => `\`${path[path.length - 2]}\``))])} ${facts.paths.length === 1 ? "needs" : "need"} it`;
  const sentences = [`\`${facts.name}\`${description} ${role}. Installed is version ${facts.version}`];
  if (newest !== undefined) {
    const when = newest.date === null ? "" : ` of ${dayInWords(newest.date)}`;
    const order = compareVersions(newest.version, facts.version);
    sentences.push(
      order === 0
        ? `${when}, the newest its changelog records${citations.release(item, newest)}.`
        : order > 0
          ? `, while its changelog goes up to ${newest.version}${when}${citations.release(item, newest)}.`
          : `; its changelog ends at ${newest.version}${when}${citations.release(item, newest)}, so what came after is not told here.`,
    );
  }
  return [sentences.join("")];
}

function section(lines: string[], title: string, changes: readonly Change[], citations: Citations): void {
  if (changes.length > 0) lines.push("", `## ${title}`, "", ...bullets(changes, citations, true));
}

/** One line a change: version and date, the changelog's own sentence, where it stands. */
export function bullets(
  changes: readonly Change[],
  citations: Citations,
  withVersion: boolean,
  withName = false,
): readonly string[] {
  return changes.map(({ item, release, entry }) => {
    const name = withName ? `${item.package?.name ?? item.title} ` : "";
    const date = release.date === null ? "" : ` (${dayInWords(release.date)})`;
    const mark = entry.kind === "security" || entry.kind === "breaking" ? `*${entry.kind}* ` : "";
    const line = lineOf(release.version, item.package?.version);
    const head = withVersion ? `**${name}${release.version}**${line}${date}: ` : "";
    return `- ${head}${mark}${asSentence(asMarkdown(entry.text))}${citations.release(item, release)}`;
  });
}

/** A fix that was also made for an older major version is no newer than the installed one. */
function lineOf(version: string, installed: string | undefined): string {
  const [major, own] = [version, installed ?? ""].map((text) => /^\d+/.exec(text)?.[0]);
  return major !== undefined && own !== undefined && Number(major) < Number(own)
    ? `, of the ${major}.x line`
    : "";
}

function table(
  releases: ReturnType<typeof releasesOf>,
  changes: readonly Change[],
  citations: Citations,
): readonly string[] {
  const rows = releases.slice(0, MOST_ROWS).map(({ item, release }) => {
    const own = changes.filter((change) => change.release === release);
    const count = (group: string) => own.filter((change) => groupOf(change) === group).length || "–";
    return `| ${release.version}${citations.release(item, release)} | ${release.date ?? "no date"} | ${count("added")} | ${count("fixed")} | ${count("improved")} | ${count("check")} |`;
  });
  return ["| version | date | added | fixed | other | to check |", "|---|---|---:|---:|---:|---:|", ...rows];
}

function pathSentence({ name, paths }: PackageFacts): string {
  const [path = []] = paths;
  const chain = path.map((part) => `\`${part}\``).join(" → ");
  const more = paths.length > 1 ? `, and in ${counted(paths.length - 1, "other way")}` : "";
  return `This project does not ask for \`${name}\` itself: it comes by ${chain}${more}. An update of \`${path[0]}\` is what moves it.`;
}
