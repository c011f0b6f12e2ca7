/**
 * The `illustrate` stage: figures drawn in Python from what the article tells. Every candidate is read back by a
 * parser before it is taken; the best ones within the budget stay.
 */
import { callPython, type PythonCalls, type StageContext } from "../pipeline/index.js";
import { changesOf, groupOf, releasesOf } from "./generate/index.js";
import type { Draft, Figure } from "./model.js";

const MOST_BARS = 12;
const MOST_PERIODS = 8;
const MOST_EVENTS = 4;

interface Candidate extends Omit<Figure, "section"> {
  /** Sections it may stand in, best first, by the beginning of their titles. */
  readonly sections: readonly string[];
}

export async function illustrate(
  draft: Draft,
  pool: PythonCalls,
  budget: number,
  context: StageContext,
): Promise<Draft> {
  const figures: Figure[] = [];
  const titles = [...draft.body.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? "");
  for (const { sections, ...figure } of await candidates(draft, pool, context)) {
    if (figures.length >= budget) break;
    const check = figure.kind === "svg" ? "check_svg" : "check_mermaid";
    const problem = await callPython<string | null>(pool, check, [figure.source], context);
    if (problem !== null) {
      context.note(`the figure "${figure.name}" was left out: ${problem}`);
      continue;
    }
    const section = sections.map((start) => titles.find((title) => title.startsWith(start))).find(Boolean);
    figures.push({ ...figure, section: section ?? titles[0] ?? "" });
  }
  return { ...draft, figures };
}

async function candidates(
  draft: Draft,
  pool: PythonCalls,
  context: StageContext,
): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  const chart = await releaseChart(draft, pool, context);
  if (chart !== undefined) found.push(chart);
  const line = await timeline(draft, pool, context);
  const graph = await dependencyGraph(draft, pool, context);
  const isFamily = draft.brief.story.form === "integrative";
  for (const figure of isFamily ? [line, graph] : [graph, line]) if (figure !== undefined) found.push(figure);
  return found;
}

/** How many changes of which kind each release (or each package) had. */
async function releaseChart(
  draft: Draft,
  pool: PythonCalls,
  context: StageContext,
): Promise<Candidate | undefined> {
  const changes = changesOf(draft.brief);
  const { items } = draft.brief;
  const isOne = items.length === 1;
  const releases = releasesOf(changes);
  const bars = isOne
    ? releases.slice(0, MOST_BARS).map(({ release }) => ({
        label: release.version,
        own: changes.filter((change) => change.release === release),
      }))
    : items.slice(0, MOST_BARS).map((item) => ({
        label: item.package?.name ?? item.title,
        own: changes.filter((change) => change.item === item),
      }));
  if (bars.length < 3) return undefined;
  const count = (group: string) =>
    bars.map(({ own }) => own.filter((change) => groupOf(change) === group).length);
  const series = [
    ["added", count("added")],
    ["fixed", count("fixed")],
    ["other", count("improved")],
    ["to check", count("check")],
  ] as const;
  const used = series.filter(([, values]) => values.some((value) => value > 0));
  const name = items[0]?.package?.name ?? "";
  const title = isOne ? `Changes in each release of ${name}` : "Changes in each package";
  const labels = bars.map(({ label }) => label);
  const source = await callPython<string | null>(pool, "bar_chart", [title, labels, used], context);
  if (source === null) return undefined;
  const caption = `${title}, as counted in ${isOne ? "its changelog" : "their changelogs"}.`;
  return {
    kind: "svg",
    name: "changes",
    caption,
    source,
    sections: ["The releases at a glance", "Who, when", "What moved together"],
  };
}

/** Releases by year, for articles about several packages. */
async function timeline(
  draft: Draft,
  pool: PythonCalls,
  context: StageContext,
): Promise<Candidate | undefined> {
  const releases = releasesOf(changesOf(draft.brief)).filter(({ release }) => release.date !== null);
  const periods = new Map<string, string[]>();
  for (const { item, release } of releases) {
    const month = (release.date ?? "").slice(0, 7);
    const events = periods.get(month) ?? [];
    if (events.length < MOST_EVENTS) events.push(`${item.package?.name ?? item.title} ${release.version}`);
    periods.set(month, events);
  }
  const shown = [...periods].slice(0, MOST_PERIODS).reverse();
  if (shown.length < 2) return undefined;
  const source = await callPython<string>(pool, "timeline", ["Releases by month", shown], context);
  return {
    kind: "mermaid",
    name: "timeline",
    caption: "The latest releases told of here, by month.",
    source,
    sections: ["What moved together", "Who, when", "The releases at a glance"],
  };
}

/** How the packages of the article come into the project. */
async function dependencyGraph(
  draft: Draft,
  pool: PythonCalls,
  context: StageContext,
): Promise<Candidate | undefined> {
  const packages = draft.brief.items.map((item) => item.package).filter((facts) => facts !== undefined);
  const paths = packages.flatMap(({ paths }) => paths.slice(0, 2));
  // One arrow says nothing that the text does not.
  if (paths.length === 0 || paths.every((path) => path.length < 2)) return undefined;
  const names = packages.map(({ name }) => name);
  const source = await callPython<string>(pool, "dependency_graph", ["this project", paths, names], context);
  return {
    kind: "mermaid",
    name: "dependencies",
    caption: "The ways on which it comes into this project (thick border: told of here).",
    source,
    sections: ["Where it comes from", "What moved together", "Who, when"],
  };
}
