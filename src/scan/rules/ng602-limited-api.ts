import { isAtLeast, type SourceRange } from "../../analyzer/index.js";
import { at, isTable, type Project, strings } from "../project/index.js";
import { pyo3Dependency } from "./extension-modules.js";
import type { PackagingRule } from "./packaging-rule.js";

/** A build file that asks whether the build has a GIL decides for itself. */
const GUARD = /Py_GIL_DISABLED|free.?thread|gil_disabled/i;

interface Use {
  readonly range: SourceRange;
  readonly what: string;
}

export const limitedApi: PackagingRule = {
  code: "NG602",
  name: "limited-api",
  severity: "high",
  effect: "not-ready",
  summary: "Extension modules are built for the Limited API (abi3), which free-threaded builds do not load.",
  explanation:
    "The layout of objects differs without the GIL, so a wheel tagged `abi3` cannot be installed on a free-threaded Python before 3.15, and compiling with `Py_LIMITED_API` for one fails. Python 3.15 has a stable ABI of its own for it, `abi3t` (PEP 803), which has to be asked for separately.",
  example: "setup.py",
  unsafe:
    'from setuptools import Extension, setup\n\nsetup(\n    name="fast",\n    ext_modules=[Extension("fast", ["fast.c"], py_limited_api=True)],\n)\n',
  safe: 'import sysconfig\n\nfrom setuptools import Extension, setup\n\nLIMITED = not sysconfig.get_config_var("Py_GIL_DISABLED")\n\nsetup(\n    name="fast",\n    ext_modules=[Extension("fast", ["fast.c"], py_limited_api=LIMITED)],\n)\n',
  fix: "Build version-specific wheels (cp313t, cp314t) for free-threaded Pythons and the Limited API for the others; from 3.15 on abi3t serves all.",
  versions: "3.13t and 3.14t; 3.15t needs abi3t instead of abi3",
  source: "PEP 803; Python documentation, C API Extension Support for Free Threading",
  match(project, context) {
    const is315 = isAtLeast(context.target, 15);
    for (const { range, what } of [...pythonUses(project), ...tomlUses(project), ...nativeUses(project)]) {
      const consequence = is315
        ? "abi3 alone does not cover free-threaded builds: they need abi3t"
        : `Python ${context.target.text} cannot install it, and compiling for it fails`;
      context.report(range, `${what}: ${consequence}`);
    }
  },
};

function pythonUses(project: Project): Use[] {
  const found: Use[] = [];
  for (const file of project.of("setup-py")) {
    const code = file.code("python-text");
    if (GUARD.test(code)) continue;
    for (const match of code.matchAll(/\bpy_limited_api["']?\s*[=:]\s*["']?(True|cp3\d+)/g))
      found.push({
        range: file.range(match.index, match.index + match[0].length),
        what: `py_limited_api is ${match[1]}`,
      });
    for (const match of code.matchAll(/\(\s*["']Py_LIMITED_API["']|-DPy_LIMITED_API/g))
      found.push({
        range: file.range(match.index, match.index + match[0].length),
        what: "it is compiled with Py_LIMITED_API",
      });
  }
  for (const file of project.of("setup-cfg")) {
    for (const { section, key, lines } of project.ini(file)) {
      const line = lines[0];
      if (section !== "bdist_wheel" || !/^py[-_]limited[-_]api$/.test(key) || line === undefined) continue;
      found.push({
        range: file.lineRange(line.line),
        what: `its wheels are made for the Limited API (${line.text})`,
      });
    }
  }
  return found;
}

function tomlUses(project: Project): Use[] {
  const found: Use[] = [];
  for (const file of project.of("pyproject")) {
    const tool = at(project.toml(file), "tool");
    const add = (word: string, what: string) => found.push({ range: file.find(word), what });
    const wheel = at(tool, "distutils", "bdist_wheel");
    if (typeof (wheel["py-limited-api"] ?? wheel.py_limited_api) === "string")
      add("limited", "its wheels are made for the Limited API");
    const scikit = at(tool, "scikit-build");
    const api = at(scikit, "wheel")["py-api"] ?? scikit["wheel.py-api"];
    if (typeof api === "string" && /^cp3/.test(api))
      add("py-api", `scikit-build makes its wheels for the Limited API (${api})`);
    if (at(tool, "meson-python")["limited-api"] === true)
      add("limited-api", "meson-python makes its wheels for the Limited API");
    const feature = strings(at(tool, "maturin").features).find((one) => /(^|\/)abi3/.test(one));
    if (feature !== undefined) add(feature, `maturin builds with the feature ${feature}`);
  }
  for (const file of project.of("cargo")) {
    const dependency = pyo3Dependency(project.toml(file));
    const feature = strings(isTable(dependency) ? dependency.features : []).find((one) =>
      /^abi3(-|$)/.test(one),
    );
    if (feature !== undefined)
      found.push({ range: file.find(feature), what: `PyO3 is built with the feature ${feature}` });
  }
  return found;
}

/** A definition in C counts unless a condition around it asks for the build; so do the options of meson and CMake. */
function nativeUses(project: Project): Use[] {
  const found: Use[] = [];
  for (const file of project.of("c")) {
    const code = file.code("c");
    for (const match of code.matchAll(/^[ \t]*#[ \t]*define[ \t]+Py_LIMITED_API\b.*$/gm)) {
      if (/Py_GIL_DISABLED/.test(code.slice(Math.max(0, match.index - GUARD_REACH), match.index))) continue;
      const start = match.index + match[0].indexOf("#");
      found.push({
        range: file.range(start, match.index + match[0].length),
        what: "it is compiled with Py_LIMITED_API",
      });
    }
  }
  for (const file of project.of("meson", "cmake")) {
    const code = file.code("hash");
    if (GUARD.test(code)) continue;
    const pattern =
      file.kind === "meson"
        ? /\blimited_api\s*:\s*'3|-DPy_LIMITED_API/g
        : /\bPy_LIMITED_API\b|\bUSE_SABI\b|\bSTABLE_ABI\b/g;
    for (const match of code.matchAll(pattern))
      found.push({
        range: file.range(match.index, match.index + match[0].length),
        what: "it is built for the Limited API",
      });
  }
  return found;
}

/** Characters before a definition in which its condition stands. */
const GUARD_REACH = 200;
