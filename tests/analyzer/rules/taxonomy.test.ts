import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findRule } from "../../../src/analyzer/index.js";
import { PACKAGING_RULES } from "../../../src/scan/index.js";

const PAGES = new URL("../../../docs/rules/", import.meta.url);
/** About nogil's own comments, no hazard of Python. */
const OWN = "NG099 ";

const rows = readFileSync(new URL("taxonomy.txt", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

const titles = readdirSync(PAGES)
  .filter((name) => name.startsWith("NG"))
  .map((name) =>
    readFileSync(new URL(name, PAGES), "utf8")
      .split("\n", 1)[0]!
      .replace(/^# (\S+): /, "$1 "),
  )
  .filter((title) => !title.startsWith(OWN));

test("every row of the taxonomy has a page of its code and name, and every page a row", () => {
  expect(rows.length).toBeGreaterThan(80);
  expect([...titles].sort()).toEqual([...rows].sort());
});

test.each(rows)("%s is a rule", (row) => {
  const [code = "", name] = row.split(" ");
  const packaging = PACKAGING_RULES.find((rule) => rule.code === code);
  expect((packaging ?? findRule(code))?.name).toBe(name);
});

const THREATS = [
  ["NG001", "frame-locals-cross-thread"],
  ["NG301", "warnings-control"],
  ["NG201", "shared-iterator"],
  ["NG504", "loop-api-from-thread"],
  ["NG505", "blocking-in-async"],
  ["NG506", "tls-in-async"],
  ["NG509", "signal-handler-unsafe"],
  ["NG511", "exception-group-race"],
] as const;

test.each(THREATS)("the threat %s goes by the name of %s", (code, name) => {
  expect(findRule(name)?.code).toBe(code);
});
