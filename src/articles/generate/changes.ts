/** The chosen entries of a story's changelogs, in the groups that articles speak of. */
import type { Brief, ChangelogEntry, Enriched, Release } from "../model.js";

/** An entry with where it stands. */
export interface Change {
  readonly item: Enriched;
  readonly release: Release;
  readonly entry: ChangelogEntry;
  readonly weight: number;
}

export type ChangeGroup = "check" | "added" | "fixed" | "improved";

const GROUPS: Readonly<Record<ChangelogEntry["kind"], ChangeGroup>> = {
  breaking: "check",
  security: "check",
  removed: "check",
  deprecated: "check",
  added: "added",
  fixed: "fixed",
  performance: "improved",
  changed: "improved",
  other: "improved",
};

export function groupOf({ entry }: Change): ChangeGroup {
  return GROUPS[entry.kind];
}

/** The entries that were picked for a story, those that matter most first. */
export function changesOf({ story, items }: Brief): readonly Change[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const changes: Change[] = [];
  for (const pick of story.picks) {
    const item = byId.get(pick.item);
    const release = item?.releases[pick.release];
    const entry = release?.entries[pick.entry];
    if (item !== undefined && release !== undefined && entry !== undefined) {
      changes.push({ item, release, entry, weight: pick.weight });
    }
  }
  return changes.sort((left, right) => right.weight - left.weight || byTime(left, right));
}

/** Newest first; a changelog's own order within a release. */
export function byTime(left: Change, right: Change): number {
  const [a, b] = [left.release.date ?? "", right.release.date ?? ""];
  if (a !== b) return a < b ? 1 : -1;
  if (left.item.id !== right.item.id) return left.item.id < right.item.id ? -1 : 1;
  return left.entry.line - right.entry.line;
}

/** The `most` weightiest of some changes, newest first, the same text once. */
export function top(changes: readonly Change[], most: number): readonly Change[] {
  const seen = new Set<string>();
  const chosen: Change[] = [];
  for (const change of changes) {
    const key = change.entry.text.toLowerCase().replace(/\W+/g, " ").trim();
    if (seen.has(key) || chosen.length >= most) continue;
    seen.add(key);
    chosen.push(change);
  }
  return chosen.sort(byTime);
}

/** The releases that some changes belong to, newest first. */
export function releasesOf(
  changes: readonly Change[],
): readonly { readonly item: Enriched; readonly release: Release }[] {
  const found = new Map<Release, Enriched>();
  for (const { item, release } of changes) found.set(release, item);
  return [...found]
    .map(([release, item]) => ({ release, item }))
    .sort((left, right) => {
      const [a, b] = [left.release.date ?? "", right.release.date ?? ""];
      if (a !== b) return a < b ? 1 : -1;
      return left.item.id < right.item.id ? -1 : 1;
    });
}

/** Compares versions by their numbers; negative when `left` is the older. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((version) =>
    version.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0),
  );
  for (let i = 0; i < Math.max(a?.length ?? 0, b?.length ?? 0); i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
