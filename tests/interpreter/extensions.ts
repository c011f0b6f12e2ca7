/** Virtual environments with small C extensions, compiled here with the headers of the interpreter. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Interpreter } from "../../src/interpreter/index.js";
import { temporaryFolder } from "./fakes.js";

/** How an extension module declares itself. */
export type Kind = "not-used" | "absent" | "single-phase";

export interface Environment {
  /** The venv's Python. */
  readonly python: string;
  /** Its site-packages. */
  readonly site: string;
  /** Adds a file to site-packages. */
  readonly write: (path: string, content: string) => void;
  /** Compiles an extension module into site-packages, in its package's folder; returns its path there. */
  readonly compile: (module: string, kind: Kind) => string;
}

function source(name: string, kind: Kind): string {
  const definition = `static PyModuleDef def = { PyModuleDef_HEAD_INIT, "${name}", NULL, 0, NULL`;
  if (kind === "single-phase")
    return `#include <Python.h>
${definition} };
PyMODINIT_FUNC PyInit_${name}(void) { return PyModule_Create(&def); }`;
  const slot = kind === "not-used" ? "{Py_mod_gil, Py_MOD_GIL_NOT_USED}, " : "";
  return `#include <Python.h>
static int run(PyObject *module) { return 0; }
static PyModuleDef_Slot slots[] = { {Py_mod_exec, run}, ${slot}{0, NULL} };
${definition}, slots };
PyMODINIT_FUNC PyInit_${name}(void) { return PyModuleDef_Init(&def); }`;
}

/** An empty virtual environment of this interpreter. */
export function environmentOf(interpreter: Interpreter): Environment {
  const folder = temporaryFolder();
  execFileSync(interpreter.path, ["-m", "venv", "--without-pip", folder]);
  const python = join(folder, "bin", "python");
  const script =
    "import sysconfig as s; print(s.get_paths()['purelib'], s.get_paths()['include'], s.get_config_var('EXT_SUFFIX'), sep='\\n')";
  const [site, include, suffix] = execFileSync(python, ["-c", script], { encoding: "utf8" }).split("\n");
  if (site === undefined || include === undefined)
    throw new Error("the venv does not say where it keeps its packages");
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(site, path)), { recursive: true });
    writeFileSync(join(site, path), content);
  };
  const compile = (module: string, kind: Kind) => {
    const name = module.slice(module.lastIndexOf(".") + 1);
    const file = `${module.replaceAll(".", "/")}${suffix}`;
    mkdirSync(dirname(join(site, file)), { recursive: true });
    const c = join(folder, `${name}.c`);
    writeFileSync(c, source(name, kind));
    execFileSync("cc", ["-shared", "-fPIC", `-I${include}`, c, "-o", join(site, file)]);
    return file;
  };
  return { python, site, write, compile };
}
