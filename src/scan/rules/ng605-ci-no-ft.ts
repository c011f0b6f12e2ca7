import type { SourceRange } from "../../analyzer/index.js";
import { at, type Project, type ProjectFile, strings } from "../project/index.js";
import { extensionModules } from "./extension-modules.js";
import type { PackagingRule, RuleContext } from "./packaging-rule.js";

/** A free-threaded build as CI files name it: `3.14t`, `py314t`, `cp314t`, `cpython-freethreading`. */
const FREE_THREADED =
  /\b3\.1[3-9](\.\d+)?t\b|\b3\.1[3-9][\w.]*-freethreading|\b(py|cp)31[3-9]t|free.?threaded|freethreading/i;
/** What makes a CI file one that tests Python code. */
const RUNS_PYTHON =
  /python-version|setup-python|\bpytest\b|\btox\b|\bnox\b|\bunittest\b|cibuildwheel|python:3|\bpython3?\b/;
const RUNS_IN_THREADS =
  /pytest-run-parallel|--parallel-threads|unittest-ft|pytest-freethreaded|run_in_parallel/;

const CI_KINDS = ["github-workflow", "gitlab-ci", "other-ci", "tox", "noxfile"] as const;

export const ciNoFt: PackagingRule = {
  code: "NG605",
  name: "ci-no-ft",
  severity: "low",
  effect: "none",
  summary: "CI never runs on, or never builds wheels for, a Python without the GIL.",
  explanation:
    'What is not run on a free-threaded build breaks there unseen: races that the GIL hid, and modules that switch it on again. cibuildwheel 2 builds free-threaded wheels only if it is told to (`enable = ["cpython-freethreading"]`), 3.1 and newer build them for 3.14 unless `skip` leaves them out. Tests on such a build find races only if something runs them in several threads at once, which pytest-run-parallel does.',
  example: ".github/workflows/test.yml",
  unsafe:
    'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - uses: actions/setup-python@v6\n        with:\n          python-version: "3.14"\n      - run: pytest\n',
  safe: 'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - uses: actions/setup-python@v6\n        with:\n          python-version: "3.14t"\n      - run: pytest\n',
  fix: 'Add "3.14t" to the versions that CI tests, build wheels for it, and run the tests in threads with pytest-run-parallel.',
  versions: "3.13t and newer",
  source: "py-free-threading guide, CI; cibuildwheel documentation, enable and skip",
  language: "yaml",
  match(project, context) {
    const tests = testsFreeThreaded(project);
    if (tests === false) {
      const [file] = ciFiles(project);
      if (file !== undefined)
        context.report(
          placeOfVersions(file),
          `no CI file of the project (${ciFiles(project).length}) names a free-threaded build such as 3.14t`,
        );
    }
    if (
      tests === true &&
      extensionModules(project).length > 0 &&
      !project.files.some(({ text }) => RUNS_IN_THREADS.test(text))
    ) {
      const [file] = ciFiles(project).filter((one) => FREE_THREADED.test(one.code("hash")));
      if (file !== undefined)
        context.report(
          file.head(),
          "CI runs on a free-threaded build and nothing runs the tests of the extension modules in several threads",
          { severity: "info", fix: "run them with pytest-run-parallel: pytest --parallel-threads=auto" },
        );
    }
    matchWheels(project, context);
  },
};

/** Whether CI runs on a free-threaded build; undefined without CI files. */
export function testsFreeThreaded(project: Project): boolean | undefined {
  const files = ciFiles(project);
  return files.length === 0
    ? undefined
    : files.some((file) => FREE_THREADED.test(withoutSkips(file.code("hash"))));
}

function ciFiles(project: Project): ProjectFile[] {
  return project.of(...CI_KINDS).filter((file) => RUNS_PYTHON.test(file.text));
}

/** What is skipped is named as well. */
function withoutSkips(text: string): string {
  return text.replace(/^.*\b(CIBW_SKIP|CIBW_TEST_SKIP|skip)\b.*$/gim, "");
}

function placeOfVersions(file: ProjectFile): SourceRange {
  const match = /python-version|python_version|env_?list|@nox\.session|python:3/i.exec(file.code("hash"));
  return match === null ? file.head() : file.range(match.index, match.index + match[0].length);
}

const SKIPS_T = /cp3[\d?*]*t-\S*|\*t-\S*/;

/** Wheels: skipped by name, or never asked for with a cibuildwheel that must be asked. */
function matchWheels(project: Project, context: RuleContext): void {
  for (const file of project.of("pyproject")) {
    const settings = at(project.toml(file), "tool", "cibuildwheel");
    const skip = typeof settings.skip === "string" ? settings.skip.split(/\s+/) : strings(settings.skip);
    const pattern = skip.find((one) => SKIPS_T.test(one));
    if (pattern !== undefined) context.report(file.find(pattern), skipped(pattern), WHEELS_FIX);
  }
  const texts = project
    .of("github-workflow", "gitlab-ci", "other-ci", "pyproject", "noxfile")
    .map((file) => file.code("hash"));
  for (const file of project.of("github-workflow", "gitlab-ci", "other-ci")) {
    for (const { path, value, start, end } of project.yaml(file)) {
      if (path.at(-1) === "CIBW_SKIP" && SKIPS_T.test(value)) {
        const pattern = SKIPS_T.exec(value)?.[0] ?? value;
        context.report(file.range(start, end), skipped(pattern), WHEELS_FIX);
      }
      const old = /pypa\/cibuildwheel@v?(2(?:\.\d+)*)|\bcibuildwheel\s*==\s*(2(?:\.\d+)*)/.exec(value);
      if (old === null || texts.some((text) => /cpython-freethreading|free.threaded.support/i.test(text)))
        continue;
      const message = `cibuildwheel ${old[1] ?? old[2]} builds no free-threaded wheels unless it is told to, and nothing tells it`;
      const at = file.text.indexOf(old[0], start);
      context.report(
        at < 0 || at > end ? file.range(start, end) : file.range(at, at + old[0].length),
        message,
        {
          fix: "use cibuildwheel 3.1 or newer, which builds them for 3.14, or set CIBW_ENABLE: cpython-freethreading",
        },
      );
    }
  }
}

const WHEELS_FIX = { fix: "leave free-threaded builds out of skip once the package is ready for them" };

function skipped(pattern: string): string {
  return `"${pattern}" leaves the wheels for free-threaded builds out`;
}
