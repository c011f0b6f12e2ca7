/** The files an editor has open, in the project they belong to. */
import { isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type FileError, type Finding, ProjectAnalysis, type Report } from "../analyzer/index.js";

const NOTHING: Pick<Report, "findings" | "errors"> = { findings: [], errors: [] };

export class Workspace {
  private readonly root: string;
  private readonly project: ProjectAnalysis;
  /** URIs by the path that reports have: an editor may write a URI in its own way. */
  private readonly uris = new Map<string, string>();
  private latest = NOTHING;

  /** @param folders - URIs of the folders of the project; without one only open files are looked at */
  constructor(folders: readonly string[]) {
    const paths = folders.flatMap((uri) => {
      const path = filePath(uri);
      return path === undefined ? [] : [path];
    });
    this.root = paths[0] ?? process.cwd();
    this.project = new ProjectAnalysis({ cwd: this.root, folders: paths });
  }

  /** Reads the whole project. */
  load(): Promise<void> {
    return this.project.load();
  }

  set(uri: string, source: string): void {
    const path = this.pathOf(uri);
    this.uris.set(path, uri);
    this.project.setSource(path, source);
  }

  close(uri: string): void {
    const path = this.pathOf(uri);
    this.uris.delete(path);
    this.project.close(path);
  }

  analyse(): void {
    this.latest = this.project.report();
  }

  findings(uri: string): readonly Finding[] {
    const path = this.pathOf(uri);
    return this.latest.findings.filter((finding) => finding.path === path);
  }

  errors(uri: string): readonly FileError[] {
    const path = this.pathOf(uri);
    return this.latest.errors.filter((error) => error.path === path);
  }

  /** The URI of a path of the report. */
  readonly uriOf = (path: string): string =>
    this.uris.get(path) ?? pathToFileURL(resolve(this.root, path)).href;

  /** As the analyser shows a path; a document that is no file keeps its URI for a name. */
  private pathOf(uri: string): string {
    const path = filePath(uri);
    if (path === undefined) return uri;
    const below = relative(this.root, path);
    const isBelow = below !== "" && below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
    return (isBelow ? below : path).split(sep).join("/");
  }
}

function filePath(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
