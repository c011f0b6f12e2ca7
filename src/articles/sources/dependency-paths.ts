/** Installed packages and who needs whom. */

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly folder: string;
  readonly repository: string;
  readonly homepage: string;
  readonly dependencies: readonly string[];
  readonly changelog: string | undefined;
  readonly ecosystem: "npm" | "pypi";
}

export interface Installation {
  readonly packages: readonly InstalledPackage[];
  /** Name of the project that they are installed for. */
  readonly project: string;
  /** Names that the project asks for itself. */
  readonly direct: ReadonlySet<string>;
}

/** The names a changelog goes by, best first. */
const CHANGELOG =
  /^(?:changelog|changes|history|release[-_ ]?notes|releases|news)(?:\.(?:md|markdown|mkd|txt|rst))?$/i;
const MOST_PATHS = 4;

/** The changelog among the files of a folder. */
export function changelogAmong(files: readonly string[]): string | undefined {
  return [...files].sort().find((file) => CHANGELOG.test(file));
}

/** The shortest ways from a project to a package, each as names after the project; at most four. */
export function pathsTo(
  name: string,
  direct: readonly string[],
  packages: ReadonlyMap<string, InstalledPackage>,
): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const seen = new Set<string>();
  let edge: (readonly string[])[] = [...direct].sort().map((first) => [first]);
  while (edge.length > 0 && found.length === 0) {
    const next: (readonly string[])[] = [];
    const reached = new Set<string>();
    for (const path of edge) {
      const last = path[path.length - 1] ?? "";
      if (last === name) {
        found.push(path);
        continue;
      }
      if (seen.has(last)) continue;
      reached.add(last);
      for (const needed of [...(packages.get(last)?.dependencies ?? [])].sort()) next.push([...path, needed]);
    }
    for (const last of reached) seen.add(last);
    edge = next;
  }
  return found.slice(0, MOST_PATHS);
}
