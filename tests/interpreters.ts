/**
 * The interpreters that tests run on: `describe.each(bothKinds())("on $label", …)`.
 *
 * They are found once for all test files (find-interpreters.ts). Without a free-threaded build the tests that need one
 * fail and say how to get it; NOGIL_TEST_GIL_ONLY=1 leaves them out on purpose.
 */
import { inject } from "vitest";
import { howToInstall, type Interpreter } from "../src/interpreter/index.js";

const GIL_ONLY = process.env.NOGIL_TEST_GIL_ONLY === "1";

const interpreters = oneOfEachAbi(inject("interpreters"));

/** One interpreter of each ABI (cp39, cp313, cp313t, …), oldest first. */
export function allInterpreters(): readonly Interpreter[] {
  return interpreters;
}

/** The newest that runs without the GIL; undefined only with NOGIL_TEST_GIL_ONLY=1. */
export function freeThreaded(): Interpreter | undefined {
  const python = interpreters.findLast(
    ({ freeThreadedBuild, gilEnabled }) => freeThreadedBuild && !gilEnabled,
  );
  if (python === undefined && !GIL_ONLY) {
    throw new Error(
      `no free-threaded Python to test with. ${howToInstall()} NOGIL_TEST_GIL_ONLY=1 tests without.`,
    );
  }
  return python;
}

/** The newest build with the GIL. */
export function withGil(): Interpreter {
  const python = interpreters.findLast(({ freeThreadedBuild }) => !freeThreadedBuild);
  if (python === undefined) throw new Error("these tests need a Python 3.9 or newer that has the GIL");
  return python;
}

/** The newest with the GIL and the newest without, as far as they are there. */
export function bothBuilds(): readonly Interpreter[] {
  return [withGil(), freeThreaded()].filter((python) => python !== undefined);
}

/** The same with words for a test's name. */
export function bothKinds(): { readonly label: string; readonly python: Interpreter }[] {
  return bothBuilds().map((python) => ({
    label: python.freeThreadedBuild ? "a free-threaded Python" : "a Python with the GIL",
    python,
  }));
}

function oneOfEachAbi(found: readonly Interpreter[]): readonly Interpreter[] {
  const byAbi = new Map<string, Interpreter>();
  for (const interpreter of found) {
    if (interpreter.implementation !== "cpython" || byAbi.has(interpreter.abi)) continue;
    if (GIL_ONLY && interpreter.freeThreadedBuild) continue;
    byAbi.set(interpreter.abi, interpreter);
  }
  return [...byAbi.values()].sort(
    (left, right) =>
      minor(left) - minor(right) || Number(left.freeThreadedBuild) - Number(right.freeThreadedBuild),
  );
}

function minor({ version }: Interpreter): number {
  return Number(version.split(".")[1]);
}
