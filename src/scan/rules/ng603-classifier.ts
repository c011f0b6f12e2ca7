import type { SourceRange } from "../../analyzer/index.js";
import { at, type Project, strings } from "../project/index.js";
import { extensionModules } from "./extension-modules.js";
import { testsFreeThreaded } from "./ng605-ci-no-ft.js";
import type { PackagingRule } from "./packaging-rule.js";

const PREFIX = "Programming Language :: Python :: Free Threading";
const LEVELS = ["1 - Unstable", "2 - Beta", "3 - Stable", "4 - Resilient"];

interface Classifiers {
  readonly values: readonly string[];
  readonly range: SourceRange;
  readonly rangeOf: (classifier: string) => SourceRange;
}

export const classifier: PackagingRule = {
  code: "NG603",
  name: "classifier",
  severity: "medium",
  effect: "none",
  summary: "What the package says of free threading is missing, or is more than its files show.",
  explanation:
    "Users and tools look at the classifier `Programming Language :: Python :: Free Threading :: N - …` to see whether a package was made for threads without the GIL. A package that builds extension modules and says nothing leaves them guessing; one that claims it while a module switches the GIL on, or while no CI job ever ran on a free-threaded build, promises what nobody looked at.",
  example: "pyproject.toml",
  unsafe:
    '[project]\nname = "shop"\nversion = "1"\nclassifiers = [\n    "Programming Language :: Python :: 3",\n    "Programming Language :: Python :: 3.14",\n]\n',
  safe: '[project]\nname = "shop"\nversion = "1"\nclassifiers = [\n    "Programming Language :: Python :: 3",\n    "Programming Language :: Python :: 3.14",\n    "Programming Language :: Python :: Free Threading :: 2 - Beta",\n]\n',
  fix: "Add the classifier that is true: 1 - Unstable, 2 - Beta, 3 - Stable (documented as safe for threads) or 4 - Resilient; and a CI job that shows it.",
  versions: "all",
  source: "py-free-threading guide, porting; list of trove classifiers",
  language: "toml",
  match(project, context) {
    const modules = extensionModules(project);
    for (const { values, range, rangeOf } of classifiersOf(project)) {
      const claims = values.filter((one) => one.startsWith(PREFIX));
      for (const claim of claims) {
        const level = claim.slice(PREFIX.length).replace(/^ :: /, "");
        if (level !== "" && !LEVELS.includes(level)) {
          const fix = `one of ${LEVELS.map((one) => `"${PREFIX} :: ${one}"`).join(", ")}`;
          context.report(rangeOf(claim), `there is no classifier "${claim}"`, { fix });
        } else contradict(claim, level, rangeOf(claim));
      }
      if (claims.length > 0 || !values.some((one) => /^Programming Language :: Python :: 3/.test(one)))
        continue;
      const message =
        modules.length > 0
          ? "the package builds extension modules and its classifiers say nothing of free threading"
          : "the classifiers name versions of Python and say nothing of free threading";
      context.report(range, message, modules.length > 0 ? {} : { severity: "low" });
    }

    function contradict(claim: string, level: string, range: SourceRange): void {
      if (level === LEVELS[0]) return;
      const open = modules.find(({ problem }) => problem !== null);
      if (open !== undefined)
        context.report(
          range,
          `"${claim}" is claimed, and the ${open.made} module ${open.name} ${open.problem}`,
          {
            fix: "declare the module after an audit (NG601), or claim less",
          },
        );
      else if (testsFreeThreaded(project) === false)
        context.report(
          range,
          `"${claim}" is claimed, and no CI job of the project runs on a free-threaded build`,
          {
            fix: "add a CI job on a free-threaded build (NG605), or claim less",
          },
        );
    }
  },
};

function classifiersOf(project: Project): Classifiers[] {
  const found: Classifiers[] = [];
  for (const file of project.of("pyproject")) {
    const toml = project.toml(file);
    for (const table of [
      at(toml, "project"),
      at(toml, "tool", "poetry"),
      at(toml, "tool", "flit", "metadata"),
    ]) {
      const values = strings(table.classifiers);
      if (values.length > 0)
        found.push({ values, range: file.find("classifiers"), rangeOf: (one) => file.find(one) });
    }
  }
  for (const file of project.of("setup-cfg")) {
    for (const { section, key, lines } of project.ini(file)) {
      if (section !== "metadata" || !/^classifiers?$/.test(key)) continue;
      const values = lines.map(({ text }) => text);
      found.push({
        values,
        range: file.lineRange((lines[0]?.line ?? 2) - 1),
        rangeOf: (one) => file.find(one),
      });
    }
  }
  for (const file of project.of("setup-py")) {
    const code = file.code("python-text");
    const list = /\bclassifiers\s*=\s*\[/.exec(code);
    if (list === null) continue;
    const values = [...code.matchAll(/["'](Programming Language :: [^"'\n]*)["']/g)].map(
      ([, value]) => value ?? "",
    );
    found.push({
      values,
      range: file.range(list.index, list.index + "classifiers".length),
      rangeOf: (one) => file.find(one),
    });
  }
  return found;
}
