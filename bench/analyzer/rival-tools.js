// @ts-check
// The static tools that `nogil check` is compared with: how each is installed, called, and read.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * @typedef {object} Mark
 * @property {string} rule
 * @property {number} line
 */

/**
 * @typedef {object} Rival
 * @property {string} name
 * @property {string} version
 * @property {string} madeFor what its authors say it is for, in a sentence
 * @property {string} settings how it was called
 * @property {(venv: string, files: readonly string[]) => Map<string, Mark[]>} check findings by base name of the file
 */

const RUFF_RULES =
  "ASYNC,B006,B008,B019,B023,B039,RUF006,RUF008,RUF012,RUF024,PLW0602,PLW0603,PLW0604,PLW1509,PLW2101,SIM115";
const PYLINT_RULES = [
  "global-statement",
  "global-variable-not-assigned",
  "global-at-module-level",
  "dangerous-default-value",
  "cell-var-from-loop",
  "useless-with-lock",
  "consider-using-with",
  "subprocess-popen-preexec-fn",
  "bad-thread-instantiation",
  "method-cache-max-size-none",
  "modified-iterating-list",
  "modified-iterating-dict",
  "modified-iterating-set",
].join(",");
const LONGEST_MS = 600_000;

/** @type {readonly Rival[]} */
export const RIVALS = [
  {
    name: "threadcheck",
    version: "0.0.1.2",
    madeFor: "data races: a static scan for shared state without a lock, and a detector at run time",
    settings: "`threadcheck scan`, each file alone",
    check: (venv, files) =>
      eachAlone(files, (file, output) => {
        run(venv, "threadcheck", ["scan", file, "--json", "-q", "-o", output]);
        return readJson(output).map(
          (/** @type {{ category: string, line: number }} */ { category, line }) => ({
            rule: category,
            line,
          }),
        );
      }),
  },
  {
    name: "thread-safety",
    version: "0.4.0",
    madeFor: "concurrency problems in five languages, 17 rules of them for Python",
    settings: "`thread-safety analyze`, all files",
    check: (venv, files) => {
      const output = `${files[0]}.json`;
      run(venv, "thread-safety", ["analyze", ...files, "--output", "json", "-f", output]);
      const { findings } = readJson(output);
      rmSync(output);
      return byFile(
        findings.map((/** @type {{ rule_id: string, location: { file: string, line: number } }} */ one) => ({
          file: one.location.file,
          rule: one.rule_id,
          line: one.location.line,
        })),
      );
    },
  },
  {
    name: "ruff",
    version: "0.17.6",
    madeFor: "style and bugs of all kinds; no rule of it is about two threads at shared state",
    settings: `its rules next to the subject: \`${RUFF_RULES.replaceAll(",", ", ")}\``,
    check: (venv, files) => {
      const output = run(venv, "ruff", [
        "check",
        "--isolated",
        "--preview",
        "--no-cache",
        "--select",
        RUFF_RULES,
        "--output-format=json",
        ...files,
      ]);
      return byFile(
        JSON.parse(output).map(
          (/** @type {{ filename: string, code: string, location: { row: number } }} */ one) => ({
            file: one.filename,
            rule: one.code,
            line: one.location.row,
          }),
        ),
      );
    },
  },
  {
    name: "pylint",
    version: "4.1.4",
    madeFor: "style and bugs of all kinds; two checks of threading's interface",
    settings: `its messages next to the subject: \`${PYLINT_RULES.replaceAll(",", ", ")}\``,
    check: (venv, files) => {
      const output = run(venv, "pylint", [
        "--rcfile=",
        "--disable=all",
        `--enable=${PYLINT_RULES}`,
        "--output-format=json",
        ...files,
      ]);
      return byFile(
        JSON.parse(output).map((/** @type {{ path: string, symbol: string, line: number }} */ one) => ({
          file: one.path,
          rule: one.symbol,
          line: one.line,
        })),
      );
    },
  },
];

/**
 * Makes a virtual environment with every rival, at the versions named here.
 * @param {string} python
 * @param {string} venv
 */
export function installRivals(python, venv) {
  const packages = RIVALS.map(({ name, version }) => `${name}==${version}`);
  for (const [command, ...options] of [
    [python, "-m", "venv", venv],
    [join(venv, "bin", "python"), "-m", "pip", "install", "--quiet", ...packages],
  ]) {
    const { status, stderr } = spawnSync(command ?? "", options, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ${options.join(" ")}: ${stderr}`);
  }
}

/**
 * @param {string} venv
 * @param {string} tool
 * @param {string[]} options
 * @returns {string} what it prints; a linter's exit code says only that it found something
 */
function run(venv, tool, options) {
  const { stdout, stderr, status, error } = spawnSync(join(venv, "bin", tool), options, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: LONGEST_MS,
  });
  if (error !== undefined || status === null)
    throw new Error(`${tool} ${options.at(-1)}: ${error?.message ?? stderr}`);
  return stdout;
}

/**
 * @param {readonly string[]} files
 * @param {(file: string, output: string) => Mark[]} check
 */
function eachAlone(files, check) {
  /** @type {Map<string, Mark[]>} */
  const found = new Map();
  for (const file of files) {
    const output = `${file}.json`;
    found.set(basename(file), check(file, output));
    rmSync(output, { force: true });
  }
  return found;
}

/** @param {readonly { file: string, rule: string, line: number }[]} all */
function byFile(all) {
  /** @type {Map<string, Mark[]>} */
  const found = new Map();
  for (const { file, rule, line } of all) {
    const name = basename(file);
    found.set(name, [...(found.get(name) ?? []), { rule, line }]);
  }
  return found;
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
