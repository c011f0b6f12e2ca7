import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import * as nogil from "../../src/index.js";
import { allInterpreters } from "../interpreters.js";
import { ROOT } from "./installed.js";

test("the package exports these names and no others", () => {
  expect(Object.keys(nogil).sort()).toMatchSnapshot();
});

test("the Python package exports what its __all__ says, outside a worker too", () => {
  const python = allInterpreters()[0]?.path ?? "";
  const code =
    "import nogil; print(sorted(nogil.__all__)); print(nogil.cancelled(), nogil.progress(1, 2)); " +
    "print(all(hasattr(nogil, n) for n in nogil.__all__))";
  const output = execFileSync(python, ["-c", code], { cwd: `${ROOT}/python`, encoding: "utf8" });
  expect(output.trim().split("\n")).toEqual([
    "['Adapter', 'TaskCancelled', 'ThreadSafetyError', 'cancelled', 'progress', 'thread_safe', 'tool']",
    "False None",
    "True",
  ]);
});
