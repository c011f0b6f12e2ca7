/** Lock files: uv.lock, poetry.lock, pdm.lock, pylock.toml (PEP 751), Pipfile.lock. */
import { MalformedText } from "../parse/index.js";
import {
  at,
  isTable,
  type Project,
  type ProjectFile,
  strings,
  type Table,
  tables,
} from "../project/index.js";
import { type Dependency, namesDevelopment } from "./dependency.js";
import { normalName } from "./requirement.js";

/** The packages that a lock file holds; the project itself is none. */
export function lockedDependencies(project: Project): Dependency[] {
  return project.of("uv-lock", "poetry-lock", "pdm-lock", "pylock", "pipfile-lock").flatMap((file) => {
    const read = file.kind === "pipfile-lock" ? fromPipfile : fromToml;
    try {
      return read(project, file);
    } catch (error) {
      if (!(error instanceof MalformedText)) throw error;
      project.fail({
        path: file.path,
        kind: "syntax",
        message: `could not be read: ${error.message}`,
        line: 1,
      });
      return [];
    }
  });
}

function fromToml(project: Project, file: ProjectFile): Dependency[] {
  const toml = project.toml(file);
  if (toml === undefined) return [];
  const key = file.kind === "pylock" ? "packages" : "package";
  const rows = toml[key];
  // A project without dependencies is locked too.
  const isEmpty = rows === undefined && ["version", "lock-version", "metadata"].some((name) => name in toml);
  if (isEmpty) return [];
  if (!Array.isArray(rows) || !rows.every(isTable))
    throw new MalformedText(`it has no [[${key}]] tables, as ${file.name} has`);
  const isForDevelopment = developmentIn(file, rows);
  let from = 0;
  return rows.flatMap((row): Dependency[] => {
    const { name, version } = row;
    if (typeof name !== "string") throw new MalformedText(`a [[${key}]] has no name`);
    const header = file.text.indexOf(`[[${key}]]`, from);
    const start = Math.max(0, header);
    from = start + key.length + 4;
    if (isOwn(row) || typeof version !== "string") return [];
    const range = file.find(`"${name}"`, start);
    const wheels = wheelsOf(row, toml);
    const described = { name: normalName(name), specifier: `==${version}`, wheels, isLocked: true, range };
    return [{ ...described, isForDevelopment: isForDevelopment(row) }];
  });
}

/** Which rows only development needs. uv says it by who depends on whom, the others by the groups of each row. */
function developmentIn(file: ProjectFile, rows: readonly Table[]): (row: Table) => boolean {
  const own = rows.filter(isOwn);
  if (file.kind !== "uv-lock" || own.length === 0)
    return ({ groups, category }) => {
      const names = typeof category === "string" ? [category] : strings(groups);
      return (
        names.length > 0 &&
        names.every((name) => name !== "main" && name !== "default" && namesDevelopment(name))
      );
    };
  const byName = new Map<unknown, Table[]>();
  for (const row of rows) byName.set(row.name, [...(byName.get(row.name) ?? []), row]);
  const needed = new Set<Table>(own);
  // A set grows while it is walked.
  for (const row of needed) {
    const extras = Object.entries(at(row, "optional-dependencies")).flatMap(([extra, list]) =>
      own.includes(row) && namesDevelopment(extra) ? [] : tables(list),
    );
    for (const { name } of [...tables(row.dependencies), ...extras])
      for (const one of byName.get(name) ?? []) needed.add(one);
  }
  return (row) => !needed.has(row);
}

/** A member of the workspace, or a folder. */
function isOwn(row: Table): boolean {
  const source = at(row, "source");
  return ["virtual", "editable", "directory", "workspace"].some((key) => key in source) || "directory" in row;
}

/** File names: uv and PEP 751 have `wheels`, Poetry and PDM `files`, old versions of Poetry one table for all. */
function wheelsOf(row: Table, toml: Table): string[] {
  const old = at(toml, "metadata", "files")[String(row.name)];
  return [...tables(row.wheels), ...tables(row.files), ...tables(old)]
    .flatMap((file) =>
      [file.name, file.file, file.filename, file.path, file.url].filter((one) => typeof one === "string"),
    )
    .map((text) => decodeURIComponentSafely((text.split(/[?#]/)[0] ?? "").replace(/^.*\//, "")))
    .filter((name) => name.endsWith(".whl"));
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Pipenv keeps hashes without names, so that only versions are known. */
function fromPipfile(project: Project, file: ProjectFile): Dependency[] {
  const json = project.json(file);
  if (json === undefined) return [];
  if (!isTable(json) || !("_meta" in json)) throw new MalformedText("it has no _meta, as Pipfile.lock has");
  return Object.entries(json).flatMap(([group, packages]): Dependency[] => {
    if (group === "_meta" || !isTable(packages)) return [];
    const start = Math.max(0, file.text.indexOf(`"${group}"`));
    return Object.entries(packages).flatMap(([name, entry]) => {
      const version = isTable(entry) ? entry.version : undefined;
      if (typeof version !== "string") return [];
      const range = file.find(`"${name}"`, start);
      const described = { name: normalName(name), specifier: version, wheels: null, isLocked: true, range };
      return [{ ...described, isForDevelopment: group === "develop" }];
    });
  });
}
