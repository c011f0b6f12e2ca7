import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type HazardRuns, rulePages } from "../../src/analyzer/index.js";
import { PACKAGING_RULES } from "../../src/scan/index.js";

const FOLDER = fileURLToPath(new URL("../../docs/rules/", import.meta.url));
const hazards = JSON.parse(
  readFileSync(new URL("../../bench/hazards.json", import.meta.url), "utf8"),
) as HazardRuns;
const pages = rulePages(PACKAGING_RULES, hazards);

describe("docs/rules is written from the rules", () => {
  test("a page for each, an index, and nothing else (npm run docs:rules)", () => {
    expect(readdirSync(FOLDER).sort()).toEqual([...pages.keys()].sort());
  });

  test.each([...pages])("%s is up to date (npm run docs:rules)", (name, text) => {
    expect(readFileSync(FOLDER + name, "utf8")).toBe(text);
  });
});
