/** What a project asks for: requirements files, pyproject.toml, setup.cfg, setup.py, environment.yml. */
import type { SourceRange } from "../../analyzer/index.js";
import { at, isTable, type Project, type ProjectFile, strings, type Table } from "../project/index.js";
import { type Dependency, namesDevelopment } from "./dependency.js";
import { normalName, parseRequirement } from "./requirement.js";

export function requestedDependencies(project: Project): Dependency[] {
  return [
    ...project.of("requirements").flatMap(fromRequirements),
    ...project.of("pyproject").flatMap((file) => fromPyproject(file, project.toml(file))),
    ...project.of("setup-cfg").flatMap((file) => fromSetupCfg(file, project)),
    ...project.of("setup-py").flatMap(fromSetupPy),
    ...project.of("conda").flatMap((file) => fromConda(file, project)),
  ];
}

function asked(text: string, range: SourceRange, isForDevelopment = false): Dependency[] {
  const requirement = parseRequirement(text);
  if (requirement === undefined) return [];
  const wheels = /\.whl\b/.test(text)
    ? [...text.matchAll(/([^/\s@]+\.whl)\b/g)].map(([, name]) => name ?? "")
    : null;
  return [
    { ...requirement, wheels, isLocked: /^===?[^*]+$/.test(requirement.specifier), isForDevelopment, range },
  ];
}

/** Lines of requirements, a backslash at the end going on with the next; options such as `-r` and `--hash` are none. */
function fromRequirements(file: ProjectFile): Dependency[] {
  const found: Dependency[] = [];
  const isForDevelopment = namesDevelopment(file.path);
  let text = "";
  let first = 0;
  for (const [index, line] of file.text.split(/\r?\n/).entries()) {
    if (text === "") first = index + 1;
    text += line.replace(/(^|\s)#.*$/, "");
    if (text.endsWith("\\")) {
      text = `${text.slice(0, -1)} `;
      continue;
    }
    const requirement = text.replace(/\s--?\w.*$/, "").trim();
    text = "";
    if (requirement !== "" && !requirement.startsWith("-"))
      found.push(...asked(requirement, file.lineRange(first), isForDevelopment));
  }
  return found;
}

function fromPyproject(file: ProjectFile, toml: Table | undefined): Dependency[] {
  const project = at(toml, "project");
  const groups: (readonly [list: unknown, isForDevelopment: boolean])[] = [[project.dependencies, false]];
  for (const [extra, list] of Object.entries(at(project, "optional-dependencies")))
    groups.push([list, namesDevelopment(extra)]);
  for (const list of Object.values(at(toml, "dependency-groups"))) groups.push([list, true]);
  const found = groups.flatMap(([list, isForDevelopment]) =>
    strings(list).flatMap((text) => asked(text, file.find(text), isForDevelopment)),
  );
  const poetry = at(toml, "tool", "poetry");
  const poetryTables: (readonly [table: Table, isForDevelopment: boolean])[] = [
    [at(poetry, "dependencies"), false],
    [at(poetry, "dev-dependencies"), true],
  ];
  for (const [name, group] of Object.entries(at(poetry, "group")))
    if (isTable(group)) poetryTables.push([at(group, "dependencies"), namesDevelopment(name)]);
  const start = Math.max(0, file.text.indexOf("[tool.poetry"));
  for (const [table, isForDevelopment] of poetryTables) {
    for (const [name, value] of Object.entries(table)) {
      const specifier = isTable(value) ? value.version : value;
      if (name === "python" || typeof specifier !== "string") continue;
      const range = file.find(name, start, true);
      found.push({
        name: normalName(name),
        specifier,
        wheels: null,
        isLocked: false,
        isForDevelopment,
        range,
      });
    }
  }
  return found;
}

function fromSetupCfg(file: ProjectFile, project: Project): Dependency[] {
  return project.ini(file).flatMap(({ section, key, lines }) => {
    const isAsked =
      (section === "options" && key === "install_requires") || section === "options.extras_require";
    const isForDevelopment = section !== "options" && namesDevelopment(key);
    return isAsked
      ? lines.flatMap(({ text, line }) => asked(text, file.lineRange(line), isForDevelopment))
      : [];
  });
}

/** The strings of a list that is written out; what is computed is not known. */
function fromSetupPy(file: ProjectFile): Dependency[] {
  const code = file.code("python-text");
  const list = /\binstall_requires\s*=\s*\[([^\]]*)\]/.exec(code);
  if (list === null) return [];
  const start = list.index + list[0].indexOf("[") + 1;
  return [...(list[1] ?? "").matchAll(/(["'])(.*?)\1/g)].flatMap((match) => {
    const from = start + match.index + 1;
    return asked(match[2] ?? "", file.range(from, from + (match[2] ?? "").length));
  });
}

/** conda's `numpy=1.26` is `==1.26.*`; what pip installs is written as pip has it. */
function fromConda(file: ProjectFile, project: Project): Dependency[] {
  return project.yaml(file).flatMap(({ path, value, start, end }): Dependency[] => {
    if (path[0] !== "dependencies") return [];
    const range = file.range(start, end);
    if (path[2] === "pip") return asked(value, range);
    if (path.length !== 2) return [];
    const match = /^(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)\s*(.*)$/.exec(value.replace(/\[.*\]$/, ""));
    const name = normalName(match?.[1] ?? "");
    if (match === null || name === "python" || name === "pip") return [];
    const [version = ""] = (match[2] ?? "").trim().split(/\s+/);
    const specifier = version.replace(/^={1,2}([\d.]+).*$/, (text, number: string) =>
      text.startsWith("==") ? `==${number}` : `==${number}.*`,
    );
    return [{ name, specifier, wheels: null, isLocked: false, isForDevelopment: false, range }];
  });
}
