import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { analyze, type HazardRuns } from "../../src/analyzer/index.js";
import { freeThreaded } from "../interpreters.js";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const names = readdirSync(FOLDER).filter((name) => /^ng\d+b?$/.test(name));
/** An unsafe example goes on until it did damage; most need less than a round. */
const PATIENCE_SECONDS = 30;
const SAFE_SECONDS = 0.1;

const python = freeThreaded();
const hazards = JSON.parse(
  readFileSync(new URL("../../bench/hazards.json", import.meta.url), "utf8"),
) as HazardRuns;

describe("the examples of the rules", () => {
  test.runIf(python !== undefined).each(names)(
    "%s: the unsafe one does damage without the GIL, the safe one none",
    async (name) => {
      const [unsafe, safe] = await Promise.all([
        run(`${name}.unsafe`, { seconds: 0, patience: PATIENCE_SECONDS }),
        run(`${name}.safe`, { seconds: 0, patience: SAFE_SECONDS }),
      ]);
      expect(safe.damaged).toBe(0);
      if (unsafe.fixed === true) return;
      expect(unsafe.damaged, `of ${unsafe.of} ${unsafe.what}`).toBeGreaterThan(0);
    },
  );

  test.each(names)("%s: nogil check finds the rule in the unsafe one only", async (name) => {
    const code = codeOf(name);
    expect(await rulesFoundIn(name, "unsafe")).toContain(code);
    expect(await rulesFoundIn(name, "safe")).not.toContain(code);
  });

  test("are those that the pages of the rules quote (node scripts/verify-hazards.js)", () => {
    expect(Object.keys(hazards.examples).sort()).toEqual(names.map(codeOf).sort());
    for (const [interpreter, results] of Object.entries(hazards.interpreters)) {
      expect(Object.keys(results).sort(), interpreter).toEqual(names.map(codeOf).sort());
      for (const [code, { unsafe, safe }] of Object.entries(results)) {
        expect(safe.damaged, `${code} on ${interpreter}`).toBe(0);
        if (interpreter.endsWith("free-threaded")) expect(unsafe.damaged, code).toBeGreaterThan(0);
      }
    }
  });
});

interface Outcome {
  readonly damaged: number;
  readonly of: number;
  readonly what: string;
  /** On this version of Python the unsafe example is known to do no damage any more. */
  readonly fixed?: true;
}

async function run(module: string, { seconds = 0, patience = 0 }): Promise<Outcome> {
  const options = ["--seconds", String(seconds), "--patience", String(patience)];
  const { stdout } = await promisify(execFile)(python?.path ?? "python3", ["-m", module, ...options], {
    cwd: FOLDER,
  });
  return JSON.parse(stdout) as Outcome;
}

async function rulesFoundIn(name: string, kind: "unsafe" | "safe"): Promise<string[]> {
  const source = readFileSync(`${FOLDER}${name}/${kind}.py`);
  const { findings, errors } = await analyze({ sources: [{ path: `${name}/${kind}.py`, source }] });
  expect(errors).toEqual([]);
  return findings.map(({ rule }) => rule);
}

/** `ng111b` is NG111b. */
function codeOf(name: string): string {
  return `NG${name.slice(2)}`;
}
