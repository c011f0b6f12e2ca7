/** What is installed: the changelog of every package, and the guides of those the project names itself. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { SourceOptions } from "../config.js";
import { SourceFailed } from "../errors.js";
import type { Collected } from "../model.js";
import { type InstalledPackage, pathsTo } from "./dependency-paths.js";
import { readNodeModules } from "./node-modules.js";
import { readSitePackages } from "./site-packages.js";
import type { CollectContext } from "./source.js";

const DEFAULT_MOST = 200;
/** Enough for 400 releases; longer files are cut at their end, where the oldest releases stand. */
const MAX_CHANGELOG_CHARACTERS = 200_000;
const MAX_GUIDE_CHARACTERS = 40_000;
const MAX_GUIDES_PER_PACKAGE = 12;
const GUIDE_FOLDER =
  /(?:^|\/)(?:guides?|best-practices|how-?tos?|recipes|tutorials?|getting-started)(?:\/|$)/i;

/** @throws SourceFailed when the folder is not there or holds no packages */
export function collectInstalled(
  options: Extract<SourceOptions, { readonly type: "installed" }>,
  name: string,
  context: CollectContext,
): readonly Collected[] {
  const root = resolve(context.cwd, options.path);
  if (!existsSync(root)) {
    throw new SourceFailed(name, `there is no folder ${root}; install the project's packages first`);
  }
  const isPython =
    basename(root) !== "node_modules" && readdirSync(root).some((entry) => entry.endsWith(".dist-info"));
  const { packages, project, direct } = isPython ? readSitePackages(root) : readNodeModules(root);
  if (packages.length === 0) throw new SourceFailed(name, `${root} holds no packages`);
  const byName = new Map(packages.map((entry) => [entry.name, entry]));
  const items: Collected[] = [];
  for (const entry of packages) {
    const isDirect = direct.has(entry.name);
    const facts = {
      name: entry.name,
      version: entry.version,
      description: entry.description,
      direct: isDirect,
      paths: pathsTo(entry.name, [...direct], byName),
      repository: entry.repository,
      homepage: entry.homepage,
      ecosystem: entry.ecosystem,
    } as const;
    const shared = {
      source: name,
      group: entry.name,
      url: entry.repository || entry.homepage,
      package: facts,
    };
    if (entry.changelog !== undefined) {
      const text = readText(entry.changelog, MAX_CHANGELOG_CHARACTERS);
      items.push({
        ...shared,
        id: `${project}:${entry.name}`,
        kind: "changelog",
        title: `${entry.name} ${entry.version}`,
        edition: entry.version,
        path: entry.changelog,
        text,
      });
    }
    if (isDirect) {
      for (const path of guidesOf(entry)) {
        const text = readText(path, MAX_GUIDE_CHARACTERS);
        const title = /^#\s+(.+)$/m.exec(text)?.[1]?.trim();
        if (title === undefined) continue;
        const place = relative(entry.folder, path);
        items.push({
          ...shared,
          id: `${project}:${entry.name}:${place}`,
          kind: "guide",
          title,
          edition: `${entry.version} ${place}`,
          path,
          text,
        });
      }
    }
  }
  return items.slice(0, options.most ?? DEFAULT_MOST);
}

function guidesOf({ folder }: InstalledPackage): readonly string[] {
  const found: string[] = [];
  const walk = (path: string, depth: number) => {
    if (depth > 4 || found.length >= MAX_GUIDES_PER_PACKAGE) return;
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const child = join(path, entry.name);
      if (entry.isDirectory() && entry.name !== "node_modules" && entry.name !== "test")
        walk(child, depth + 1);
      else if (
        entry.isFile() &&
        /\.(?:md|markdown)$/i.test(entry.name) &&
        GUIDE_FOLDER.test(dirname(relative(folder, child)))
      ) {
        found.push(child);
      }
    }
  };
  walk(folder, 0);
  return found.slice(0, MAX_GUIDES_PER_PACKAGE);
}

function readText(path: string, most: number): string {
  try {
    return statSync(path).isFile() ? readFileSync(path, "utf8").slice(0, most) : "";
  } catch {
    return "";
  }
}
