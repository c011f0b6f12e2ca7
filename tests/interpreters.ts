/** The Pythons of this machine that tests run on. */
import { findInterpreters, type Interpreter } from "../src/index.js";
import { howToInstall } from "../src/interpreter/index.js";

const found: readonly Interpreter[] = (await findInterpreters()).interpreters;

/** Every supported Python, one of each version and build. */
export function allInterpreters(): readonly Interpreter[] {
  const byKind = new Map(found.map((python) => [`${python.version} ${python.freeThreadedBuild}`, python]));
  return [...byKind.values()];
}

/** One that runs without the GIL. Missing only where the tests were told so. */
export function freeThreaded(): Interpreter | undefined {
  const python = found.find((python) => python.freeThreadedBuild && !python.gilEnabled);
  if (python === undefined && process.env.NOGIL_TEST_GIL_ONLY !== "1") {
    throw new Error(`these tests need a free-threaded Python (or NOGIL_TEST_GIL_ONLY=1). ${howToInstall()}`);
  }
  return python;
}

/** The newest with the GIL. */
export function withGil(): Interpreter | undefined {
  return found
    .filter((python) => !python.freeThreadedBuild)
    .sort((a, b) => b.version.localeCompare(a.version, "en", { numeric: true }))[0];
}

/** Both kinds, as far as they are there: `describe.each(bothKinds())("on $label", …)`. */
export function bothKinds(): { readonly label: string; readonly python: Interpreter }[] {
  const both = { "a free-threaded Python": freeThreaded(), "a Python with the GIL": withGil() };
  return Object.entries(both).flatMap(([label, python]) => (python === undefined ? [] : [{ label, python }]));
}
