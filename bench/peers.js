// @ts-check
// Installs what this folder alone depends on, and compiles node-calls-python once for each interpreter: it is bound to
// the libpython it was linked with.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const NATIVE = "node-calls-python";
const FAILURE_FILE = "build-failure.txt";

/** Installs the peers without running their scripts. Does nothing when they are there. */
export function installPeers() {
  const wanted = Object.keys(JSON.parse(readFileSync(join(FOLDER, "package.json"), "utf8")).devDependencies);
  if (wanted.every((name) => existsSync(join(FOLDER, "node_modules", name)))) return;
  npm(["install", "--ignore-scripts", "--no-audit", "--no-fund"], FOLDER, process.env);
}

/**
 * @param {import("./contenders/contender.js").Interpreter} python
 * @returns {string} the folder whose node_modules hold node-calls-python for this interpreter
 */
export function buildFolder(python) {
  return join(FOLDER, ".native", `${python.version}${python.freeThreaded ? "t" : ""}`);
}

/**
 * @param {import("./contenders/contender.js").Interpreter} python
 * @returns {string | undefined} why node-calls-python cannot be used with this interpreter
 */
export function buildProblem(python) {
  if (!existsSync(join(dirname(python.path), "python3-config"))) {
    return "needs python3-config and headers beside the interpreter";
  }
  if (!python.sharedLibrary) return "needs an interpreter with a shared libpython (`--enable-shared`)";
  const failure = join(buildFolder(python), FAILURE_FILE);
  return existsSync(failure) ? readFileSync(failure, "utf8") : undefined;
}

/**
 * Compiles node-calls-python for an interpreter; a failure is kept and told by {@link buildProblem}.
 * @param {import("./contenders/contender.js").Interpreter} python
 */
export function buildNative(python) {
  const folder = buildFolder(python);
  if (existsSync(join(folder, "package.json")) || buildProblem(python) !== undefined) return;
  mkdirSync(folder, { recursive: true });
  // A copy with its neighbours: the build writes into the package's own folder.
  cpSync(join(FOLDER, "node_modules"), join(folder, "node_modules"), { recursive: true });
  const path = `${dirname(python.path)}:${process.env.PATH}`;
  try {
    npm(["rebuild", NATIVE, "--foreground-scripts"], folder, { ...process.env, PATH: path });
  } catch {
    rmSync(join(folder, "node_modules"), { recursive: true });
    writeFileSync(
      join(folder, FAILURE_FILE),
      "its C++ part does not compile here; the compiler's output is above",
    );
  }
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ private: true })}\n`);
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 */
function npm(args, cwd, env) {
  // stdout carries nothing of the benchmark, so npm's talk goes to stderr with the rest of the progress.
  execFileSync("npm", args, { cwd, env, stdio: ["ignore", 2, 2] });
}
