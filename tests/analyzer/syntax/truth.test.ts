/**
 * Our tree is CPython's: the kind, the start, the end and the content of every node, for real files. By default a
 * sample of the newest interpreter's standard library; `npm run test:syntax` takes every file of the standard
 * library and the site-packages of every interpreter on the machine and writes the totals into docs/parser.md.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Comparison, compareTrees } from "./comparison.js";
import { distinctFiles, findAllInterpreters, findInterpreters, pythonFiles } from "./cpython.js";

/** Where a sweep leaves its totals; set by scripts/parser-truth.js. Without it a sample is compared. */
const totalsFile = process.env.NOGIL_SWEEP_TOTALS;
const isSweep = totalsFile !== undefined;
/** One file in so many belongs to the sample… */
const SAMPLE_STEP = 6;
/** …if it is not larger than this. */
const SAMPLE_BYTES = 40_000;
const SWEEP_TIMEOUT_MS = 3 * 60 * 60 * 1000;
const SAMPLE_TIMEOUT_MS = 5 * 60 * 1000;

const interpreters = findInterpreters();
const cases = fileURLToPath(new URL("./cases", import.meta.url));

function chosenFiles(): string[] {
  if (isSweep)
    return distinctFiles(pythonFiles(findAllInterpreters().flatMap((interpreter) => interpreter.libraries)));
  const library = interpreters[0]?.libraries[0] ?? "";
  const files = existsSync(library) ? pythonFiles([library]) : [];
  return files.filter(
    (file) => crc32(file.slice(library.length)) % SAMPLE_STEP === 0 && statSync(file).size <= SAMPLE_BYTES,
  );
}

/** Leaves the totals of a sweep for the script that started it. */
function report(files: readonly string[], { equal, rejected, newer, nodes, differences }: Comparison): void {
  const bytes = files.reduce((sum, file) => sum + readFileSync(file).length, 0);
  const totals = {
    files: files.length,
    bytes,
    equal,
    rejected,
    newer,
    nodes,
    differences,
    judges: interpreters.map(({ version }) => version.join(".")),
    libraries: findAllInterpreters().map(({ version }) => version.join(".")),
  };
  if (totalsFile !== undefined) writeFileSync(totalsFile, JSON.stringify(totals, null, 2));
}

describe("the tree is the tree of CPython's ast", () => {
  test("for files that hold all of the syntax", async () => {
    const result = await compareTrees(interpreters, pythonFiles([cases]));
    expect(result.differences).toEqual([]);
    expect(result.rejected).toBe(0);
    expect(result.equal).toBeGreaterThan(10);
  });

  test(
    isSweep ? "for every library of every interpreter" : "for a sample of the standard library",
    async () => {
      const files = chosenFiles();
      const result = await compareTrees(interpreters, files);
      if (isSweep) report(files, result);
      expect(result.differences).toEqual([]);
      expect(result.equal).toBeGreaterThan(files.length / 2);
    },
    isSweep ? SWEEP_TIMEOUT_MS : SAMPLE_TIMEOUT_MS,
  );
});
