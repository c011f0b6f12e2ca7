/** The packages of a `node_modules` folder. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { changelogAmong, type Installation, type InstalledPackage } from "./dependency-paths.js";

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly homepage?: string;
  readonly repository?: string | { readonly url?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export function readNodeModules(root: string): Installation {
  const project = readManifest(dirname(root));
  const direct = new Set([
    ...Object.keys(project?.dependencies ?? {}),
    ...Object.keys(project?.devDependencies ?? {}),
    ...Object.keys(project?.optionalDependencies ?? {}),
  ]);
  const packages: InstalledPackage[] = [];
  for (const folder of packageFolders(root)) {
    const manifest = readManifest(folder);
    if (manifest?.name === undefined || manifest.version === undefined) continue;
    const changelog = changelogAmong(readdirSync(folder));
    packages.push({
      name: manifest.name,
      version: manifest.version,
      description: (manifest.description ?? "").trim(),
      folder,
      repository: repositoryAddress(manifest.repository),
      homepage: /^https?:/.test(manifest.homepage ?? "")
        ? (manifest.homepage ?? "").replace(/#readme$/, "")
        : "",
      dependencies: Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
      changelog: changelog === undefined ? undefined : join(folder, changelog),
      ecosystem: "npm",
    });
  }
  return { packages, project: project?.name ?? "project", direct };
}

function packageFolders(root: string): readonly string[] {
  const folders: string[] = [];
  for (const entry of names(root)) {
    if (entry.startsWith(".")) continue;
    if (!entry.startsWith("@")) folders.push(join(root, entry));
    else for (const scoped of names(join(root, entry))) folders.push(join(root, entry, scoped));
  }
  return folders;
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** The forms npm allows, as an address a reader can open; empty for any other. */
export function repositoryAddress(repository: Manifest["repository"]): string {
  const text = (typeof repository === "string" ? repository : (repository?.url ?? "")).trim();
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(text)?.[1];
  if (short !== undefined) return `https://github.com/${short.replace(/\.git$/, "")}`;
  const long =
    /^(?:git\+)?(?:https?|git|ssh):\/\/(?:[^@/]+@)?([\w.-]+)(?::\d+)?\/(.+?)(?:\.git)?(?:#.*)?\/?$/.exec(
      text,
    );
  if (long !== null) return `https://${long[1]}/${long[2]}`;
  const scp = /^git@([\w.-]+):(.+?)(?:\.git)?$/.exec(text);
  return scp === null ? "" : `https://${scp[1]}/${scp[2]}`;
}
