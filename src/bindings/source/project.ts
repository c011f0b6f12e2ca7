/** Modules that import one another, and what a name in one of them really is. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { PythonSourceError } from "../../errors.js";
import { type Binding, ModuleScope } from "./module-scope.js";
import { PythonSource } from "./python-source.js";

/** Imports that go round in a circle end here. */
const MAX_IMPORT_STEPS = 50;

/** Where a name leads. */
export type Meaning =
  /** Bound by a module of the project. */
  | { readonly kind: "symbol"; readonly module: ModuleScope; readonly name: string; readonly symbol: Binding }
  | { readonly kind: "module"; readonly module: ModuleScope }
  /** Of the standard library or an installed package, by its full name: `typing.Optional`, `builtins.int`. */
  | { readonly kind: "external"; readonly name: string };

export class Project {
  readonly #modules = new Map<string, ModuleScope>();
  /** Files that were asked for while reading, there or not; a change of one of them can change the result. */
  readonly touched = new Set<string>();

  /** @throws PythonSourceError */
  module(file: string): ModuleScope {
    const path = resolve(file);
    let scope = this.#modules.get(path);
    if (scope === undefined) {
      this.touched.add(path);
      scope = new ModuleScope(PythonSource.read(path));
      this.#modules.set(path, scope);
    }
    return scope;
  }

  /** What `a.b.c` is in a module. */
  resolve(module: ModuleScope, parts: readonly string[], steps = 0): Meaning {
    const [first = "", ...rest] = parts;
    let meaning = this.#lookUp(module, first, steps);
    for (const part of rest) {
      if (meaning.kind === "module") meaning = this.#member(meaning.module, part, steps);
      else if (meaning.kind === "external") meaning = { kind: "external", name: `${meaning.name}.${part}` };
      else return { kind: "external", name: parts.join(".") };
    }
    return meaning;
  }

  #lookUp(module: ModuleScope, name: string, steps: number): Meaning {
    const symbol = module.symbols.get(name);
    if (symbol === undefined) {
      for (const star of BUILTINS.has(name) ? [] : module.stars) {
        const file = steps < MAX_IMPORT_STEPS ? this.locate(module, star.level, star.module) : undefined;
        const scope = file === undefined ? undefined : this.#tryModule(file);
        if (scope?.symbols.has(name)) return this.#lookUp(scope, name, steps + 1);
        if (file === undefined && KNOWN_STARS.has(star.module))
          return { kind: "external", name: `${star.module}.${name}` };
      }
      return { kind: "external", name: `builtins.${name}` };
    }
    if (symbol.kind !== "import" || steps > MAX_IMPORT_STEPS) return { kind: "symbol", module, name, symbol };
    const file = this.locate(module, symbol.level, symbol.module);
    const { member } = symbol;
    const external = member === undefined ? symbol.module : `${symbol.module}.${member}`;
    if (file === undefined) {
      // `from . import models` names a module that stands beside this one.
      const inside = member === undefined ? undefined : this.#locateIn(module, symbol, member);
      const scope = inside === undefined ? undefined : this.#tryModule(inside);
      return scope === undefined ? { kind: "external", name: external } : { kind: "module", module: scope };
    }
    const scope = this.#tryModule(file);
    if (scope === undefined) return { kind: "external", name: external };
    return member === undefined ? { kind: "module", module: scope } : this.#member(scope, member, steps);
  }

  #member(module: ModuleScope, name: string, steps: number): Meaning {
    if (!module.symbols.has(name)) {
      const file = moduleFile(join(dirname(module.file), name), this.touched);
      const scope = file === undefined ? undefined : this.#tryModule(file);
      if (scope !== undefined) return { kind: "module", module: scope };
    }
    return this.#lookUp(module, name, steps + 1);
  }

  /** A module that does not parse says nothing of its names; if it is asked for itself, that is an error. */
  #tryModule(file: string): ModuleScope | undefined {
    try {
      return this.module(file);
    } catch (error) {
      if (error instanceof PythonSourceError) return undefined;
      throw error;
    }
  }

  #locateIn(from: ModuleScope, { level, module }: { level: number; module: string }, name: string) {
    return this.locate(from, level, module === "" ? name : `${module}.${name}`);
  }

  /**
   * The file of an import; undefined for modules outside of the project.
   *
   * @param level dots before the name
   */
  locate(from: ModuleScope, level: number, module: string): string | undefined {
    const path = module.split(".").filter((part) => part !== "");
    let folder = dirname(from.file);
    if (level > 0) {
      for (let up = 1; up < level; up++) folder = dirname(folder);
      return moduleFile(join(folder, ...path), this.touched);
    }
    if (STANDARD.has(path[0] ?? "")) return undefined;
    // The worker puts the file's folder on Python's path; above a package, Python finds it from its root.
    for (let root = folder; ; root = dirname(root)) {
      const file = moduleFile(join(root, ...path), this.touched);
      if (file !== undefined) return file;
      if (!existsSync(join(root, "__init__.py")) || dirname(root) === root) return undefined;
    }
  }
}

/** Modules that hints are made of. A file of the project with such a name does not hide them: nogil loads it apart. */
const STANDARD = new Set(
  (
    "abc array asyncio builtins collections contextlib dataclasses datetime decimal enum fractions functools " +
    "ipaddress os pathlib re types typing uuid"
  ).split(" "),
);
/** What no `import *` of those modules hides. */
const BUILTINS = new Set(
  (
    "bool int float complex str bytes bytearray memoryview object range type list dict tuple set frozenset None " +
    "property staticmethod classmethod"
  ).split(" "),
);
const KNOWN_STARS = new Set(["typing", "typing_extensions", "dataclasses", "enum", "collections.abc"]);

function moduleFile(stem: string, touched: Set<string>): string | undefined {
  for (const file of [`${stem}.py`, join(stem, "__init__.py")]) {
    touched.add(file);
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  }
  return undefined;
}
