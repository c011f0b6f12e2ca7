/** A Python file and every file of the project that it imports, anywhere in its code. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { LAZY_IMPORT, NodeKind } from "../../analyzer/index.js";
import { PythonSourceError } from "../../errors.js";
import type { ModuleScope } from "./module-scope.js";
import { Project } from "./project.js";

/**
 * Absolute paths, the file itself first; the `__init__.py` files of its packages are among them. Files that do not
 * parse are taken as they are.
 *
 * @throws PythonSourceError when the file itself cannot be read
 */
export function importedFiles(file: string): string[] {
  const project = new Project();
  const found = new Set([project.module(file).file]);
  for (const path of found) {
    for (const init of packageFiles(path)) found.add(init);
    const scope = tryModule(project, path);
    if (scope === undefined) continue;
    for (const imported of importsOf(scope)) {
      const target = project.locate(scope, imported.level, imported.module);
      if (target !== undefined) found.add(target);
    }
  }
  return [...found];
}

/** Modules that the code imports; of `from a import b` both `a` and `a.b`, which may be one. */
function importsOf({ source }: ModuleScope): { readonly level: number; readonly module: string }[] {
  const { tree } = source;
  const imports: { level: number; module: string }[] = [];
  tree.walk(tree.root, (node) => {
    const kind = tree.kind(node);
    if (kind !== NodeKind.Import && kind !== NodeKind.ImportFrom) return true;
    const [first = 0, ...rest] = tree.children(node);
    if (kind === NodeKind.Import) {
      for (const alias of [first, ...rest]) {
        const parts = tree.name(alias).split(".");
        for (const at of parts.keys()) imports.push({ level: 0, module: parts.slice(0, at + 1).join(".") });
      }
      return false;
    }
    const level = tree.data[node]! & (LAZY_IMPORT - 1);
    const module = tree.name(first);
    if (module !== "") imports.push({ level, module });
    for (const alias of rest)
      imports.push({ level, module: [module, tree.name(alias)].filter(Boolean).join(".") });
    return false;
  });
  return imports;
}

function* packageFiles(file: string): Generator<string, void, undefined> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const init = join(folder, "__init__.py");
    if (!statSync(init, { throwIfNoEntry: false })?.isFile()) return;
    yield init;
  }
}

function tryModule(project: Project, file: string): ModuleScope | undefined {
  try {
    return project.module(file);
  } catch (error) {
    if (error instanceof PythonSourceError) return undefined;
    throw error;
  }
}
