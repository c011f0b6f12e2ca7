/** The Python of a file: the file itself, or what the cells of a notebook hold. */
import { isNotebook, type Notebook, readNotebook } from "./notebook.js";

export interface PythonSource {
  readonly bytes: Uint8Array;
  /** The notebook that it was made from. */
  readonly notebook?: Notebook;
}

/** Of a notebook that is none, nothing. */
export function pythonSource(path: string, file: Uint8Array): PythonSource {
  if (!isNotebook(path)) return { bytes: file };
  const notebook = readNotebook(file);
  return "problem" in notebook ? { bytes: new Uint8Array(0) } : { bytes: notebook.source, notebook };
}
