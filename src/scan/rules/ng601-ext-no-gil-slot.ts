import { buildRequirements } from "../dependencies/build-requirements.js";
import { boundsOf, endsBefore } from "../dependencies/versions.js";
import { type ExtensionModule, extensionModules } from "./extension-modules.js";
import type { PackagingRule } from "./packaging-rule.js";

const FIX: Readonly<Record<ExtensionModule["made"], string>> = {
  C: "after an audit of its state add {Py_mod_gil, Py_MOD_GIL_NOT_USED} to its slots, or call PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED) under #ifdef Py_GIL_DISABLED",
  pybind11:
    "after an audit pass py::mod_gil_not_used() as last argument of PYBIND11_MODULE (pybind11 2.13 or newer)",
  nanobind: "after an audit add FREE_THREADED to nanobind_add_module (nanobind 2.2 or newer)",
  "Boost.Python":
    "after an audit pass boost::python::mod_gil_not_used() to BOOST_PYTHON_MODULE (Boost 1.91 or newer)",
  Cython:
    "after an audit set the directive freethreading_compatible=True (Cython 3.1 or newer): in the file, in compiler_directives of setup.py, or as -Xfreethreading_compatible=True in meson",
  PyO3: "after an audit write #[pymodule(gil_used = false)] (PyO3 0.23 or newer; from 0.28 on it is the default)",
  f2py: "after an audit pass --freethreading-compatible to f2py (NumPy 2.1 or newer)",
};

/** What makes bindings, and the first version that can make them for a Python without the GIL. */
const GENERATORS: Readonly<Record<string, string>> = {
  cython: "3.1",
  pybind11: "2.13",
  nanobind: "2.2",
  cffi: "2.0",
};

export const extNoGilSlot: PackagingRule = {
  code: "NG601",
  name: "ext-no-gil-slot",
  severity: "high",
  effect: "not-ready",
  summary: "An extension module does not say that it needs no GIL.",
  explanation:
    "A free-threaded Python switches the GIL on for the whole process when it imports an extension module that does not declare itself safe without it. One such module takes the parallelism of all others away. C modules declare it with the slot `Py_mod_gil` or with `PyUnstable_Module_SetGIL`, Cython with the directive `freethreading_compatible` (3.1), pybind11 with `py::mod_gil_not_used()` (2.13), nanobind with `FREE_THREADED` (2.2), PyO3 with `gil_used = false` (0.23; the default from 0.28 on), f2py with `--freethreading-compatible` (NumPy 2.1); modules made by cffi declare it from 2.0 on.\n\nThe declaration is a promise: look at the static and global state of the module first.",
  example: "fast.c",
  unsafe:
    '#include <Python.h>\n\nstatic PyModuleDef_Slot slots[] = {\n    {0, NULL},\n};\n\nstatic PyModuleDef module = {PyModuleDef_HEAD_INIT, "fast", NULL, 0, NULL, slots};\n\nPyMODINIT_FUNC PyInit_fast(void) {\n    return PyModuleDef_Init(&module);\n}\n',
  safe: '#include <Python.h>\n\nstatic PyModuleDef_Slot slots[] = {\n#ifdef Py_GIL_DISABLED\n    {Py_mod_gil, Py_MOD_GIL_NOT_USED},\n#endif\n    {0, NULL},\n};\n\nstatic PyModuleDef module = {PyModuleDef_HEAD_INIT, "fast", NULL, 0, NULL, slots};\n\nPyMODINIT_FUNC PyInit_fast(void) {\n    return PyModuleDef_Init(&module);\n}\n',
  fix: "Declare it after an audit of the module's static and global state; the finding names the way for what made the module.",
  versions: "3.13t and newer",
  source: "PEP 703; Python documentation, C API Extension Support for Free Threading",
  language: "c",
  match(project, context) {
    for (const { range, name, made, problem } of extensionModules(project)) {
      if (problem === null) continue;
      const message = `the ${made} module ${name} ${problem}: importing it switches the GIL on for the whole process`;
      context.report(range, message, { fix: FIX[made] });
    }
    for (const { name, specifier, range } of buildRequirements(project)) {
      const first = GENERATORS[name];
      if (first === undefined || !endsBefore(boundsOf(specifier), first)) continue;
      const message = `it is built with ${name}${specifier}, and ${name} can make modules for a Python without the GIL from ${first} on`;
      context.report(range, message, { fix: `allow ${name} ${first} or newer` });
    }
  },
};
