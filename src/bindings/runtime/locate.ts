/** Finds a Python file that a bundler put beside a bundle. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PythonSourceError } from "../../errors.js";

/** Chunks of a bundle may lie in folders of their own, so many levels below its root. */
const MOST_LEVELS = 5;

/**
 * @param bundleUrl `import.meta.url` of the code that looks
 * @param fileName path below the root of the bundle, with `/`
 * @throws PythonSourceError when it is in none of the folders upwards
 */
export function locate(bundleUrl: string, fileName: string): string {
  const start = dirname(fileURLToPath(bundleUrl));
  for (let folder = start, level = 0; level < MOST_LEVELS; folder = dirname(folder), level++) {
    const file = join(folder, ...fileName.split("/"));
    if (existsSync(file)) return file;
  }
  throw new PythonSourceError(
    join(start, ...fileName.split("/")),
    "the bundle was moved without its Python files; copy the folder that the bundler wrote as a whole",
  );
}
