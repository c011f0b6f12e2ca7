/**
 * What is true of one Python executable. Every fact comes from running it once
 * (`python/nogil/probe.py`), none from its name or its folder.
 */
export interface Interpreter {
  /** Absolute path as found. Symbolic links are kept: the `python` of a virtual environment is one. */
  readonly path: string;
  /** `"3.13.5"`, with `a1`, `b2` or `rc1` for a pre-release. */
  readonly version: string;
  /** `sys.implementation.name`, `"cpython"` for the one nogil is made for. */
  readonly implementation: string;
  /** The build was configured with `--disable-gil` (`Py_GIL_DISABLED` is 1, PEP 703). */
  readonly freeThreadedBuild: boolean;
  /** `sys._is_gil_enabled()` of a fresh process in this environment; true where Python has no such function. */
  readonly gilEnabled: boolean;
  /** One sentence: why the GIL is on or off. */
  readonly reason: string;
  /** ABI tag of wheels that fit: `"cp313t"`. */
  readonly abi: string;
  /** `sys.prefix`: the virtual environment, or the installation. */
  readonly prefix: string;
  /** `sys.base_prefix`: the installation. */
  readonly basePrefix: string;
  /** The shared library of this Python, null when it is linked into the executable. */
  readonly libpython: string | null;
  /** Variables to set when it is started, usually none; `LD_LIBRARY_PATH` where its library is not found otherwise. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it was found: `"option"`, `"NOGIL_PYTHON"`, `"virtual environment"`, `".venv"`, `"PATH"`, `"pyenv"`… */
  readonly source: string;
}

/** An executable that was looked at and cannot be used. */
export interface Rejected {
  readonly path: string;
  /** Where it was found, as in {@link Interpreter.source}. */
  readonly source: string;
  /** One sentence: why not. */
  readonly reason: string;
}

/** The oldest Python that workers run on. */
export const OLDEST_VERSION = { major: 3, minor: 9 } as const;
