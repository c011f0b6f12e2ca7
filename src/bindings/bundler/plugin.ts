/**
 * Bundler plug-ins for `import … from "./x.py"`, all of one core (https://unplugin.unjs.io). The bundle gets a copy of
 * the Python file and of the project's files that it imports, in a folder `python` beside it.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { createUnplugin, type UnpluginInstance } from "unplugin";
import { moduleCode } from "../loader/module-code.js";
import { isPythonSpecifier } from "../loader/python-import.js";
import { readModule } from "../model/read-module.js";
import { importedFiles } from "../source/imported-files.js";
import { bundledName } from "./bundled-file.js";

export interface PluginOptions {
  /** Folder from which Python files keep their places in the bundle. @default the bundler's, or process.cwd() */
  readonly root?: string;
}

const OWN_PACKAGE = /^nogil(\/|$)/;
const BINDINGS = "nogil/bindings";

export const unplugin: UnpluginInstance<PluginOptions | undefined, false> = createUnplugin(
  (options = {}, { framework }) => {
    let root = resolve(options.root ?? process.cwd());
    // A development server runs the sources where they are.
    let isServing = false;
    /** Files that the bundle needs, by their places in it. Vite would leave assets out of server builds. */
    const kept = new Map<string, string>();
    return {
      name: "nogil",
      enforce: "pre",
      resolveId(id, importer) {
        // It starts processes with files of its own, which it would not find inside of a bundle.
        if (OWN_PACKAGE.test(id)) return { id, external: true };
        if (!isPythonSpecifier(id)) return undefined;
        if (isAbsolute(id)) return id;
        return id.startsWith(".") && importer !== undefined ? resolve(dirname(importer), id) : undefined;
      },
      loadInclude: isPythonSpecifier,
      load(id) {
        const files = importedFiles(id);
        for (const file of files) this.addWatchFile(file);
        if (isServing)
          return moduleCode(readModule(id), { bindings: BINDINGS, pathOf: (file) => JSON.stringify(file) });
        for (const file of files) {
          const fileName = bundledName(file, root);
          // An asset without content would not be written, and an empty `__init__.py` counts.
          const source = readFileSync(file, "utf8") || "\n";
          if (framework === "vite") kept.set(fileName, source);
          else this.emitFile({ type: "asset", fileName, source });
        }
        return moduleCode(readModule(id), {
          bindings: BINDINGS,
          imports: ["locate"],
          pathOf: (file) => `locate(import.meta.url, ${JSON.stringify(bundledName(file, root))})`,
        });
      },
      vite: {
        configResolved(config) {
          if (options.root === undefined) root = config.root;
          isServing = config.command === "serve";
        },
        writeBundle({ dir }) {
          for (const [fileName, source] of kept) {
            const file = resolve(dir ?? ".", fileName);
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(file, source);
          }
        },
      },
      esbuild: {
        config(build) {
          if (options.root === undefined && build.absWorkingDir !== undefined) root = build.absWorkingDir;
        },
      },
    };
  },
);
