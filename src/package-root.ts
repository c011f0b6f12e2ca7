/** Where the package lies: its Python files are found from there. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The build puts modules together in files of other folders, so no module can count on its own depth. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "python", "nogil", "worker.py"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("nogil's own Python files are missing: install the package again");
    folder = parent;
  }
  return folder;
}

const ROOT = packageRoot();

/** A file of the package, by its path from the package's folder. */
export function packageFile(...path: string[]): string {
  return join(ROOT, ...path);
}
