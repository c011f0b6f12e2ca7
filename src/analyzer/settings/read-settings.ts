/** Reads `[tool.nogil]` of a pyproject.toml. What is wrong is told with its line and leaves the rest in force. */
import { parse, TomlError } from "smol-toml";
import { describe, InvalidOption } from "../../errors.js";
import { SEVERITIES, type Severity } from "../report.js";
import { isRuleCode } from "../rules/index.js";
import { SUPPRESSION_RULE } from "../suppression/index.js";
import { parseTarget } from "../target.js";
import { pathPattern } from "./glob.js";
import { NO_SETTINGS, type Settings, type SettingsFile } from "./settings.js";

type Table = Readonly<Record<string, unknown>>;
type Problems = SettingsFile["problems"][number][];
/** What a value becomes, or undefined where it is not what is expected. */
type Reader<T> = (value: unknown) => T | undefined;

const KEYS = ["target", "select", "ignore", "min-severity", "strict", "exclude", "per-file-ignores"];
const CODES = 'an array of codes of rules such as ["NG105", "NG4"]';

/**
 * @param text - of the file
 * @param folder - that it lies in; patterns begin there
 */
export function readSettings(text: string, folder: string): SettingsFile {
  const problems: Problems = [];
  const table = toolTable(text, problems);
  if (table === undefined) return { settings: NO_SETTINGS, problems };
  const complain = (key: string, message: string): void => {
    problems.push({ kind: "settings", message: `[tool.nogil] ${message}`, ...lineOf(text, key) });
  };
  for (const key of Object.keys(table)) {
    if (!KEYS.includes(key)) complain(key, `has no key "${key}"; the keys are ${KEYS.join(", ")}`);
  }
  const value = <T>(key: string, read: Reader<T>, expected: string): T | undefined => {
    if (!Object.hasOwn(table, key)) return undefined;
    const result = read(table[key]);
    if (result === undefined) complain(key, `"${key}" is ${shown(table[key])}, expected ${expected}`);
    return result;
  };
  const target = value("target", targetName, 'a version such as "3.14t"');
  const select = value("select", codeArray, CODES);
  const ignore = value("ignore", codeArray, CODES);
  const minSeverity = value("min-severity", severityName, `one of ${SEVERITIES.join(", ")}`);
  const strict = value("strict", truth, "true or false");
  const exclude = value("exclude", textArray, 'an array of patterns such as ["legacy/**"]') ?? [];
  const ignores = value("per-file-ignores", codesByPattern, 'a table such as {"scripts/*" = ["NG1"]}') ?? [];
  return {
    problems,
    settings: {
      ...(target === undefined ? {} : { target }),
      ...(select === undefined ? {} : { select }),
      ...(ignore === undefined ? {} : { ignore }),
      ...(minSeverity === undefined ? {} : { minSeverity }),
      ...(strict === undefined ? {} : { strict }),
      exclude: exclude.map((pattern) => ({ folder, fits: pathPattern(pattern) })),
      perFileIgnores: ignores.map(([pattern, codes]) => ({ folder, fits: pathPattern(pattern), codes })),
    } satisfies Settings,
  };
}

function toolTable(text: string, problems: Problems): Table | undefined {
  let tool: unknown;
  try {
    ({ tool } = parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [message = ""] = error.message.split("\n");
    problems.push({ kind: "settings", message, line: error.line, column: error.column });
    return undefined;
  }
  const table = isTable(tool) ? tool.nogil : undefined;
  if (table === undefined || isTable(table)) return table;
  problems.push({ kind: "settings", message: `tool.nogil is ${describe(table)}, expected a table` });
  return undefined;
}

/** Tables of the parser have no prototype, which `describe` takes for a class without a name. */
function shown(value: unknown): string {
  return describe(isTable(value) ? { ...value } : value);
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Where a key stands, behind the head of our table if there is one; the parser keeps no places. */
function lineOf(text: string, key: string): { line?: number; column?: number } {
  const lines = text.split("\n");
  const head = Math.max(
    0,
    lines.findIndex((line) => /^\s*\[\s*tool\s*\.\s*nogil\b/.test(line)),
  );
  const escaped = key.replace(/[^\w-]/g, "\\$&");
  const isKey = new RegExp(`^\\s*["']?${escaped}["']?\\s*[=.]|^\\s*\\[.*["'.]${escaped}["']?\\s*\\]`);
  const line = lines.findIndex((one, index) => index >= head && isKey.test(one));
  return line === -1 ? {} : { line: line + 1, column: 1 };
}

function targetName(value: unknown): string | undefined {
  try {
    return typeof value === "string" ? parseTarget(value).text : undefined;
  } catch (error) {
    if (error instanceof InvalidOption) return undefined;
    throw error;
  }
}

function severityName(value: unknown): Severity | undefined {
  return SEVERITIES.find((severity) => severity === value);
}

function truth(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function textArray(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "")
    ? value
    : undefined;
}

function codeArray(value: unknown): readonly string[] | undefined {
  const codes = textArray(value);
  const isKnown = (code: string) => isRuleCode(code) || SUPPRESSION_RULE.code.startsWith(code.toUpperCase());
  return codes?.every(isKnown) ? codes : undefined;
}

function codesByPattern(value: unknown): readonly (readonly [string, readonly string[]])[] | undefined {
  if (!isTable(value)) return undefined;
  const entries = Object.entries(value).map(([pattern, codes]) => [pattern, codeArray(codes)] as const);
  const valid = entries.flatMap(([pattern, codes]) =>
    codes === undefined ? [] : [[pattern, codes] as const],
  );
  return valid.length === entries.length ? valid : undefined;
}
