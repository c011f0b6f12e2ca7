/** Which file an import means. */
import type { FileView } from "./file-view.js";

/** `src/pkg/mod.py` → `src.pkg.mod`; a package's `__init__` is the package. */
export function moduleName(path: string): string {
  return path
    .replaceAll("\\", "/")
    .replace(/^(?:\.{0,2}\/)+/, "")
    .replace(/\.(?:pyi?|ipynb)$/, "")
    .replace(/(?:^|\/)__init__$/, "")
    .replaceAll("/", ".");
}

export class ModuleIndex {
  private readonly byName = new Map<string, FileView>();
  /** First parts of the names: most imports are of other packages. */
  private readonly heads = new Set<string>();

  constructor(files: readonly FileView[]) {
    // A project is seldom analysed from its import root: every suffix of a module's name may be what imports say.
    const ambiguous = new Set<string>();
    for (const file of files) {
      let name = file.module;
      while (name !== "") {
        const known = this.byName.get(name);
        if (known === undefined) this.byName.set(name, file);
        else if (known !== file && known.module !== name) {
          if (file.module === name) this.byName.set(name, file);
          else ambiguous.add(name);
        }
        const dot = name.indexOf(".");
        if (dot === -1) break;
        name = name.slice(dot + 1);
      }
    }
    for (const name of ambiguous) {
      if (this.byName.get(name)?.module !== name) this.byName.delete(name);
    }
    for (const name of this.byName.keys()) this.heads.add(name.split(".", 1)[0]!);
  }

  /** The module of a dotted name and what is left of the name behind it, or undefined outside the project. */
  find(
    dotted: string,
    from: FileView,
  ): { readonly file: FileView; readonly rest: readonly string[] } | undefined {
    const absolute = dotted.startsWith(".") ? absoluteName(dotted, from) : dotted;
    const head = absolute.indexOf(".");
    if (!this.heads.has(head === -1 ? absolute : absolute.slice(0, head))) return undefined;
    const parts = absolute.split(".");
    for (let length = parts.length; length > 0; length--) {
      const file = this.byName.get(parts.slice(0, length).join("."));
      if (file !== undefined && (file !== from || length === parts.length || dotted.startsWith("."))) {
        // A file does not import itself: `import queue` in `x/queue.py` means the other one.
        if (file === from && !dotted.startsWith(".")) continue;
        // `from a.b import c`: the file is `a.b`, or `a.b.c` itself; a file `a` alone does not know `b.c`.
        return parts.length - length > 1 ? undefined : { file, rest: parts.slice(length) };
      }
    }
    return undefined;
  }
}

/** `..m.x` in `a.b.c` → `a.m.x`. */
function absoluteName(dotted: string, from: FileView): string {
  const level = dotted.length - dotted.replace(/^\.+/, "").length;
  const isPackage = /__init__\.pyi?$/.test(from.path);
  const parts = from.module.split(".");
  const kept = parts.slice(0, Math.max(0, parts.length - level + (isPackage ? 1 : 0)));
  return [...kept, dotted.slice(level)].filter((part) => part !== "").join(".");
}
