/** Where Python files of a bundle go. */
import { relative, sep } from "node:path";

/** The folder of a bundle that Python files are put into. */
const PYTHON_FOLDER = "python";

/**
 * The place of a file below the folder of the bundle, with `/`. Files keep their folders from the root of the project
 * down, so that they find one another as they did.
 *
 * @param root absolute path of the project
 */
export function bundledName(source: string, root: string): string {
  // What lies outside of the project cannot keep its place.
  const inside = relative(root, source)
    .split(sep)
    .map((part) => (part === ".." ? "_" : part));
  return [PYTHON_FOLDER, ...inside].join("/");
}
