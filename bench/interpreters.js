// @ts-check
// Finds one Python with a GIL and one without, the newest of each. `--python` overrides it.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const NEWEST_MINOR = 15;
const OLDEST_MINOR = 9;
const PROBE = `
import json, os, sys, sysconfig
print(json.dumps({
    "path": sys.executable,
    "version": sys.version.split()[0],
    "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "sharedLibrary": bool(sysconfig.get_config_var("Py_ENABLE_SHARED")),
}))`;

/**
 * @param {string} path
 * @returns {import("./contenders/contender.js").Interpreter}
 */
export function inspectInterpreter(path) {
  try {
    return JSON.parse(
      execFileSync(path, ["-I", "-c", PROBE], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch (error) {
    throw new Error(`--python ${path}: it does not run as a Python 3 interpreter`, { cause: error });
  }
}

/** @returns {import("./contenders/contender.js").Interpreter[]} at most one with and one without a GIL */
export function findInterpreters() {
  const found = candidates().flatMap((path) => {
    try {
      return [inspectInterpreter(path)];
    } catch {
      return [];
    }
  });
  return [false, true].flatMap((freeThreaded) =>
    found.filter((one) => one.freeThreaded === freeThreaded).slice(0, 1),
  );
}

/** @returns {string[]} existing files, the newest versions first */
function candidates() {
  const minors = Array.from({ length: NEWEST_MINOR - OLDEST_MINOR + 1 }, (_, index) => NEWEST_MINOR - index);
  const names = [...minors.flatMap((minor) => [`python3.${minor}t`, `python3.${minor}`]), "python3"];
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...pyenvFolders()];
  return names.flatMap((name) => folders.map((folder) => join(folder, name)).filter(existsSync));
}

/** @returns {string[]} */
function pyenvFolders() {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), ".pyenv"), "versions");
  return existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, "bin")) : [];
}
