/** Jupyter notebooks as Python source. */
export { isNotebook, lineInSource, type Notebook, placeInCell, readNotebook } from "./notebook.js";
export { type PythonSource, pythonSource } from "./python-source.js";
