/** What a project is built with: `[build-system]` of pyproject.toml (PEP 518), `setup_requires` of setup.cfg. */
import type { SourceRange } from "../../analyzer/index.js";
import { at, type Project, strings } from "../project/index.js";
import { parseRequirement } from "./requirement.js";

export interface BuildRequirement {
  readonly name: string;
  readonly specifier: string;
  readonly range: SourceRange;
}

export function buildRequirements(project: Project): BuildRequirement[] {
  const found: BuildRequirement[] = [];
  for (const file of project.of("pyproject")) {
    for (const text of strings(at(project.toml(file), "build-system").requires)) {
      const requirement = parseRequirement(text);
      if (requirement !== undefined) found.push({ ...requirement, range: file.find(text) });
    }
  }
  for (const file of project.of("setup-cfg")) {
    for (const { section, key, lines } of project.ini(file)) {
      if (section !== "options" || key !== "setup_requires") continue;
      for (const { text, line } of lines) {
        const requirement = parseRequirement(text);
        if (requirement !== undefined) found.push({ ...requirement, range: file.lineRange(line) });
      }
    }
  }
  return found;
}
