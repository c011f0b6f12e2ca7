/** The files of a project as rules see them: by kind, parsed once, with what could not be parsed collected. */
import type { FileError } from "../../analyzer/index.js";
import { type IniEntry, readIni, readJson, readToml, readYaml, type YamlScalar } from "../parse/index.js";
import type { FileKind } from "./file-kind.js";
import type { ProjectFile } from "./project-file.js";

export type Table = Readonly<Record<string, unknown>>;

const TOML_KINDS: ReadonlySet<FileKind> = new Set([
  "pyproject",
  "cargo",
  "poetry-lock",
  "uv-lock",
  "pdm-lock",
  "pylock",
]);
const YAML_KINDS: ReadonlySet<FileKind> = new Set([
  "github-workflow",
  "gitlab-ci",
  "other-ci",
  "compose",
  "conda",
]);
const INI_KINDS: ReadonlySet<FileKind> = new Set(["setup-cfg", "tox"]);

export class Project {
  private readonly problems = new Map<string, FileError>();
  private readonly parsed = new Map<ProjectFile, unknown>();

  constructor(
    readonly files: readonly ProjectFile[],
    readonly binaries: readonly string[] = [],
  ) {}

  /** What could not be read of the files that were asked for. */
  get errors(): readonly FileError[] {
    return [...this.problems.values()];
  }

  of(...kinds: readonly FileKind[]): ProjectFile[] {
    return this.files.filter(({ kind }) => kinds.includes(kind));
  }

  /** A TOML file's tables, undefined if it is no TOML. */
  toml(file: ProjectFile): Table | undefined {
    return this.parse(file, readToml);
  }

  json(file: ProjectFile): unknown {
    return this.parse(file, readJson);
  }

  /** The scalars of a YAML file with their places; none if it is no YAML. */
  yaml(file: ProjectFile): readonly YamlScalar[] {
    return this.parse(file, readYaml) ?? [];
  }

  /** The entries of a `setup.cfg` or `tox.ini`. */
  ini(file: ProjectFile): readonly IniEntry[] {
    return this.parse(file, readIni) ?? [];
  }

  /** Parses every file that has a grammar, so that one which no rule asks for is not passed over in silence. */
  parseAll(): void {
    for (const file of this.files) {
      if (TOML_KINDS.has(file.kind)) this.toml(file);
      else if (YAML_KINDS.has(file.kind)) this.yaml(file);
      else if (INI_KINDS.has(file.kind)) this.ini(file);
      else if (file.kind === "pipfile-lock") this.json(file);
    }
  }

  /** Tells of a file that cannot be used, once. */
  fail(error: FileError): void {
    if (!this.problems.has(error.path)) this.problems.set(error.path, error);
  }

  private parse<T>(file: ProjectFile, reader: (text: string) => T): T | undefined {
    if (!this.parsed.has(file)) {
      let value: T | undefined;
      try {
        value = reader(file.text);
      } catch (error) {
        this.fail(asFileError(file.path, error));
      }
      this.parsed.set(file, value);
    }
    // A file is always parsed by the reader of its kind.
    return this.parsed.get(file) as T | undefined;
  }
}

function asFileError(path: string, error: unknown): FileError {
  const { line, column } = error as { readonly line?: number; readonly column?: number };
  const message = error instanceof Error ? error.message : String(error);
  const place = line === undefined ? {} : { line, ...(column === undefined ? {} : { column }) };
  return { path, kind: "syntax", message: `could not be read: ${message}`, ...place };
}

/** A table inside a table, `{}` where there is none: `at(pyproject, "tool", "uv")`. */
export function at(table: Table | undefined, ...path: readonly string[]): Table {
  let value: unknown = table;
  for (const key of path) value = isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isTable(value) ? value : {};
}

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The strings of an array, of anything else none. */
export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** The tables of an array. */
export function tables(value: unknown): Table[] {
  return Array.isArray(value) ? value.filter(isTable) : [];
}
