#!/usr/bin/env node
// Writes docs/rules: a page for each rule and an index, from the texts in the rules' own files and from what running the
// examples showed (scripts/verify-hazards.js). tests/docs/rules.test.ts fails while they differ.
//
//   npm run docs:rules
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rulePages } from "../dist/analyzer/index.js";
import { PACKAGING_RULES } from "../dist/scan/index.js";

const FOLDER = fileURLToPath(new URL("../docs/rules", import.meta.url));

const hazards = JSON.parse(readFileSync(new URL("../bench/hazards.json", import.meta.url), "utf8"));

const pages = rulePages(PACKAGING_RULES, hazards);
mkdirSync(FOLDER, { recursive: true });
for (const name of readdirSync(FOLDER)) if (!pages.has(name)) rmSync(join(FOLDER, name));
for (const [name, text] of pages) writeFileSync(join(FOLDER, name), text);
console.log(`${pages.size - 1} rules`);
