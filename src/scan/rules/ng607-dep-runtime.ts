import { extensionModules } from "./extension-modules.js";
import type { PackagingRule } from "./packaging-rule.js";

/** `fast` and `cpython-314` of `fast.cpython-314-x86_64-linux-gnu.so`; on Windows `cp314` of `fast.cp314-win_amd64.pyd`. */
const TAGGED = /^(.*?)\.(?:cpython-|cp)(3\d+)(t?)d?-[^/]*\.(?:so|pyd)$|^(.*?)\.(abi3)\.so$/;

/** Findings about an installed environment come from measuring it: see environment/. */
export const depRuntime: PackagingRule = {
  code: "NG607",
  name: "dep-runtime",
  severity: "high",
  effect: "not-ready",
  summary:
    "A compiled module is for builds with the GIL only, or importing an installed package switches the GIL on.",
  explanation:
    "The file name of an extension module carries the ABI it was compiled for; a free-threaded Python loads only those with a `t` in it (`cpython-314t`), and those without any tag. What an installed package does is measured: each one with extension modules is imported in a fresh process of the interpreter, and the module that switches the GIL on, crashes or fails is named with the chain of imports that leads there.",
  example: null,
  unsafe: "src/shop/fast.cpython-314-x86_64-linux-gnu.so\n",
  safe: "src/shop/fast.cpython-314-x86_64-linux-gnu.so\nsrc/shop/fast.cpython-314t-x86_64-linux-gnu.so\n",
  fix: "Install or build the module for the free-threaded Python; look for a newer version that declares it needs no GIL, or keep the package in processes of their own.",
  versions: "3.13t and newer",
  source: "PEP 3149; PEP 703; py-free-threading guide",
  language: "text",
  match(project, context) {
    const forGilOnly = gilOnlyBinaries(project.binaries);
    if (forGilOnly.length === 0) return;
    // Beside its source it is what an earlier build left, and a new build replaces it.
    const hasSource = extensionModules(project).length > 0;
    for (const { path, abi } of forGilOnly) {
      const range = { path, line: 1, column: 1, endLine: 1, endColumn: 1 };
      const message = `it is compiled for ${abi}: a free-threaded Python does not load it`;
      const stale = {
        severity: "low",
        effect: "none",
        fix: "build it with the free-threaded Python",
      } as const;
      context.report(range, message, hasSource ? stale : {});
    }
  },
};

/** Compiled modules of which there is no file that a free-threaded Python loads. */
export function gilOnlyBinaries(paths: readonly string[]): { readonly path: string; readonly abi: string }[] {
  const loadable = new Set<string>();
  const others: { path: string; module: string; abi: string }[] = [];
  for (const path of paths) {
    const match = TAGGED.exec(path);
    if (match === null) {
      loadable.add(path.replace(/\.[^./]+$/, ""));
      continue;
    }
    const module = match[1] ?? match[4] ?? "";
    if (match[3] === "t") loadable.add(module);
    else others.push({ path, module, abi: match[5] ?? `cp${match[2]}` });
  }
  return others.filter(({ module }) => !loadable.has(module));
}
