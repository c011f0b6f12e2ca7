/**
 * Our tree is CPython's: the kind, the start, the end and the content of every node, for real files. By default a
 * sample of the newest interpreter's standard library; `npm run test:syntax` takes every file of the standard
 * library and the site-packages of every interpreter on the machine.
 */
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { compareTrees } from "./comparison.js";
import { distinctFiles, findInterpreters, pythonFiles } from "./cpython.js";

const isSweep = process.env.MODE === "sweep";
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
    return distinctFiles(pythonFiles(interpreters.flatMap((interpreter) => interpreter.libraries)));
  const library = interpreters[0]?.libraries[0] ?? "";
  const files = existsSync(library) ? pythonFiles([library]) : [];
  return files.filter(
    (file) => crc32(file.slice(library.length)) % SAMPLE_STEP === 0 && statSync(file).size <= SAMPLE_BYTES,
  );
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
      if (isSweep)
        console.log(
          `${files.length} distinct files: ${result.equal} equal, ${result.rejected} rejected by both`,
        );
      expect(result.differences).toEqual([]);
      expect(result.equal).toBeGreaterThan(files.length / 2);
    },
    isSweep ? SWEEP_TIMEOUT_MS : SAMPLE_TIMEOUT_MS,
  );
});
