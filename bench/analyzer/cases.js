// @ts-check
// A file of cases: real fixes of thread-safety bugs, and files that are right as they stand. What is wrong with it is
// said in one line that names the case and the field.
import { readFileSync } from "node:fs";

/**
 * @typedef {object} FixCase
 * @property {string} id
 * @property {string} repo `github.com/owner/name`, or `owner/name`
 * @property {string} commit the fix
 * @property {string} parent the state before it
 * @property {string} path of the file, in the repository
 * @property {string} title
 * @property {string} kind
 * @property {readonly string[]} expected_rules
 * @property {readonly number[]} lines_of_bug lines of `path` at `parent`, from 1
 */

/**
 * @typedef {object} CorrectCase
 * @property {string} id
 * @property {string} repo
 * @property {string} commit
 * @property {string} path
 */

/** What the user has to correct; printed without a stack. */
export class BadInput extends Error {}

const COMMIT = /^[0-9a-f]{7,40}$/;
const FIELDS = {
  id: isText,
  repo: (/** @type {unknown} */ value) => isText(value) && /^[\w.-]+(\/[\w.-]+){1,2}$/.test(value),
  commit: isCommit,
  path: (/** @type {unknown} */ value) => isText(value) && !value.startsWith("/") && !value.includes(".."),
};
const FIX_FIELDS = {
  ...FIELDS,
  parent: isCommit,
  lines_of_bug: (/** @type {unknown} */ value) =>
    Array.isArray(value) && value.length > 0 && value.every((line) => Number.isInteger(line) && line >= 1),
};
const EXPECTED = {
  id: "a text",
  repo: "`host/owner/name` or `owner/name`",
  commit: "a commit in hexadecimal digits",
  parent: "a commit in hexadecimal digits",
  path: "a path inside the repository",
  lines_of_bug: "one line number or more, from 1",
};

/**
 * @param {string} file
 * @returns {{ fixes: FixCase[], correct: CorrectCase[] }}
 */
export function readCases(file) {
  const cases = parse(file);
  const list = (/** @type {"fixes" | "correct"} */ key) => {
    const value = cases[key] ?? [];
    if (!Array.isArray(value)) throw new BadInput(`${file}: "${key}" is not a list`);
    return value;
  };
  const fixes = list("fixes");
  const correct = list("correct");
  fixes.forEach((one, index) => {
    check(file, `fixes[${index}]`, one, FIX_FIELDS);
  });
  correct.forEach((one, index) => {
    check(file, `correct[${index}]`, one, FIELDS);
  });
  if (fixes.length + correct.length === 0)
    throw new BadInput(`${file}: neither "fixes" nor "correct" has a case`);
  const ids = [...fixes, ...correct].map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new BadInput(`${file}: two cases have the id "${twice}"`);
  return { fixes, correct };
}

/** @param {string} file */
function parse(file) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new BadInput(`${file}: cannot be read (${/** @type {NodeJS.ErrnoException} */ (error).code})`);
  }
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${file}: is not JSON: ${/** @type {Error} */ (error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadInput(`${file}: expected an object with "fixes" and "correct"`);
  }
  return value;
}

/**
 * @param {string} file
 * @param {string} place
 * @param {Record<string, unknown>} one
 * @param {Record<string, (value: unknown) => boolean>} fields
 */
function check(file, place, one, fields) {
  if (typeof one !== "object" || one === null) throw new BadInput(`${file}: ${place} is not an object`);
  for (const [field, isValid] of Object.entries(fields)) {
    if (isValid(one[field])) continue;
    const expected = EXPECTED[/** @type {keyof typeof EXPECTED} */ (field)];
    const value = JSON.stringify(one[field]) ?? "missing";
    throw new BadInput(`${file}: ${place} (${one.id}): "${field}" is ${value}, expected ${expected}`);
  }
}

/**
 * @param {unknown} value
 * @returns {value is string}
 */
function isText(value) {
  return typeof value === "string" && value !== "";
}

/** @param {unknown} value */
function isCommit(value) {
  return isText(value) && COMMIT.test(value);
}
