/** `sarifLog`: valid by the official schema, and what code hosts need of it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv";
import { expect, test } from "vitest";
import {
  analyze,
  githubAnnotation,
  githubError,
  type Report,
  RULE_DESCRIPTIONS,
  RULES,
  rulePage,
  SourceLines,
  sarifLog,
} from "../../../src/analyzer/index.js";

const require = createRequire(import.meta.url);
const schema = JSON.parse(
  readFileSync(require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8"),
);
const ajv = new Ajv({ schemaId: "auto", meta: false, unknownFormats: "ignore" });
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json"));
const isValid = ajv.compile(schema);

interface Place {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region: { readonly startLine: number };
  };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly locations: readonly Place[];
  readonly codeFlows?: readonly {
    readonly threadFlows: readonly { readonly locations: readonly { readonly location: Place }[] }[];
  }[];
  readonly fixes?: readonly object[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}
interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly Result[];
  }[];
}

function logOf(report: Report, sources: Readonly<Record<string, string>>): Log {
  const lines = new SourceLines((path) => Buffer.from(sources[path] ?? ""));
  const rules = RULE_DESCRIPTIONS.map((rule) => ({ rule, page: rulePage(rule) }));
  const log = sarifLog(report, { version: "1.2.3", cwd: "/a folder/ü", lines, rules });
  isValid(log);
  expect(isValid.errors ?? []).toEqual([]);
  return log as Log;
}

async function logOfSources(sources: Readonly<Record<string, string>>): Promise<Log> {
  const given = Object.entries(sources).map(([path, source]) => ({ path, source }));
  return logOf(await analyze({ sources: given, repairs: true }), sources);
}

test("a log of findings of every rule, and of files that could not be checked, is valid", async () => {
  const sources = Object.fromEntries(RULES.map(({ code, unsafe }) => [`a b/${code}#1.py`, unsafe]));
  const log = await logOfSources({ ...sources, "broken.py": "def f(:\n" });
  const [run] = log.runs;
  expect(run?.results.some(({ fixes = [] }) => fixes.length > 0)).toBe(true);
  const found = new Set(run?.results.map(({ ruleId }) => ruleId));
  expect(found.size).toBeGreaterThan(RULES.length * 0.9);
  for (const { ruleId, ruleIndex } of run?.results ?? [])
    expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  expect(run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toMatch(
    /^a%20b\/NG\d+%231\.py$/,
  );
});

test("a race has a flow for each of the two threads, with the lines that meet", async () => {
  const source =
    "_handlers = {}\n\ndef add(name, handler):\n    _handlers[name] = handler\n\n" +
    "def emit(event):\n    for handler in _handlers.values():\n        handler(event)\n";
  const log = await logOfSources({ "a.py": source });
  const [result] = log.runs[0]?.results ?? [];
  const flows = result?.codeFlows?.[0]?.threadFlows.map(({ locations }) =>
    locations.map(({ location }) => location.physicalLocation.region.startLine),
  );
  expect(result?.ruleId).toBe("NG111");
  expect(flows).toEqual([[7], [4]]);
});

test("fingerprints stay when lines are added above, and tell equal lines of one function apart", async () => {
  const source = `n = 0\n\ndef f():\n    global n\n    n += 1\n${"x = 1  # nogil: ignore[NG105]\n".repeat(2)}`;
  const fingerprints = async (text: string) =>
    (await logOfSources({ "a.py": text })).runs[0]?.results.map(({ partialFingerprints }) =>
      Object.values(partialFingerprints).join(),
    );
  const before = await fingerprints(source);
  expect(new Set(before).size).toBe(3);
  expect(await fingerprints(`import os\n\n\n${source.replaceAll("+= 1", "+=  1")}`)).toEqual(before);
});

test("annotations keep to one line whatever is in them", async () => {
  const source = RULES.find(({ code }) => code === "NG101")?.unsafe ?? "";
  const [finding] = (await analyze({ sources: [{ path: "a.py", source }] })).findings;
  if (finding === undefined) throw new Error("the rule finds nothing in its example");
  const odd = { ...finding, path: "50%,a:b\r\n.py", message: "100% x, y: z\r\nnext" };
  const line = githubAnnotation(odd);
  expect(line).toMatch(
    /^::(error|warning) file=50%25%2Ca%3Ab%0D%0A\.py,line=5,endLine=5,col=5,endColumn=16,/,
  );
  expect(line).toContain("title=NG101 rmw-global::100%25 x, y: z%0D%0Anext%0Awhy: ");
  expect(line).not.toMatch(/[\r\n]/);
  expect(githubError({ path: "a.py", kind: "syntax", message: "b: c", line: 3, column: 2 })).toBe(
    "::error file=a.py,line=3,col=2,title=not checked::b: c",
  );
});
