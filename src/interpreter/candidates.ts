import { existsSync, readFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { homeFolder } from "./cache-folder.js";
import { readVersionRequest, type VersionRequest } from "./version.js";

/**
 * The places where Python executables are, in order of precedence. Nothing is run here: the answer is a list of
 * paths, some of which will turn out to be no Python at all.
 */

/** An executable to look at. */
export interface Candidate {
  readonly path: string;
  readonly source: string;
}

const WINDOWS = process.platform === "win32";
const BIN = WINDOWS ? "Scripts" : "bin";
/** Names on PATH from 3.9 on, with or without the `t` of a free-threaded build; `python3`, `python`. */
const NAME_ON_PATH = WINDOWS ? /^python(?:3(?:\.(\d+)(t?))?)?\.exe$/i : /^python(?:3(?:\.(\d+)(t?))?)?$/;
const OLDEST_NAME = 9;

/** `python` of a virtual environment or an installation, undefined when the folder has none. */
export async function executableIn(folder: string): Promise<string | undefined> {
  const names = WINDOWS
    ? [join(BIN, "python.exe"), "python.exe"]
    : [join(BIN, "python"), join(BIN, "python3")];
  for (const name of names) {
    const path = join(folder, name);
    if (await exists(path)) return path;
  }
  // An installation made with `make altinstall` has only the versioned name.
  const versioned = await pythonsIn(join(folder, WINDOWS ? "." : BIN));
  return versioned[0];
}

/** The executable that the shell would run for `name`, undefined when there is none. */
export async function commandOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of pathFolders(env)) {
    for (const file of WINDOWS ? [name, `${name}.exe`] : [name]) {
      const path = join(folder, file);
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile() && (WINDOWS || (found.mode & 0o111) !== 0)) return path;
    }
  }
  return undefined;
}

/** Pythons on PATH, folder by folder, the newest name first; pyenv's shims are replaced by what they stand for. */
export async function onPath(env: NodeJS.ProcessEnv, cwd: string): Promise<Candidate[]> {
  const folders = pathFolders(env).flatMap((folder) => resolveShims(folder, env, cwd));
  const found = await Promise.all(folders.map(pythonsIn));
  return found.flat().map((path) => ({ path, source: "PATH" }));
}

/** Every version that pyenv has installed, newest names last as the folder lists them. */
export async function inPyenv(env: NodeJS.ProcessEnv): Promise<Candidate[]> {
  return installations(join(pyenvRoot(env), "versions"), "pyenv");
}

/** The Pythons that uv manages. */
export async function inUv(env: NodeJS.ProcessEnv): Promise<Candidate[]> {
  return installations(uvFolder(env), "uv");
}

/** The active conda environment, the environments conda has noted, and those of the usual installations. */
export async function inConda(env: NodeJS.ProcessEnv): Promise<Candidate[]> {
  const home = homeFolder(env);
  const roots = [
    env.MAMBA_ROOT_PREFIX,
    env.CONDA_EXE === undefined ? undefined : dirname(dirname(env.CONDA_EXE)),
    ...["miniforge3", "miniconda3", "mambaforge", "anaconda3", "micromamba"].map((name) => join(home, name)),
    join(home, ".local", "share", "mamba"),
    "/opt/conda",
  ].filter((root) => root !== undefined && isAbsolute(root));
  const noted = readText(join(home, ".conda", "environments.txt"))?.split("\n") ?? [];
  const single = [env.CONDA_PREFIX, ...noted.map((line) => line.trim()), ...roots];
  const own = await Promise.all(
    [...new Set(single)].map(async (folder) =>
      folder === undefined || folder === "" ? undefined : executableIn(folder),
    ),
  );
  const nested = await Promise.all(roots.map((root) => installations(join(root!, "envs"), "conda")));
  return [
    ...own.filter((path) => path !== undefined).map((path) => ({ path, source: "conda" })),
    ...nested.flat(),
  ];
}

/** python.org's installer for macOS puts free-threaded builds into a framework of their own. */
export async function inFrameworks(): Promise<Candidate[]> {
  if (process.platform !== "darwin") return [];
  const found = await Promise.all(
    ["PythonT", "Python"].map((name) =>
      installations(`/Library/Frameworks/${name}.framework/Versions`, "framework"),
    ),
  );
  return found.flat();
}

/** A file or folder that the project itself chooses its Python with. */
export interface ProjectChoice {
  readonly file: string;
  /** Requests of a `.python-version` file, in its order; empty for a `.venv`. */
  readonly requests: readonly { text: string; request: VersionRequest | undefined }[];
}

/** The nearest `.venv` with a Python in it, from `cwd` up to the project's root. */
export async function projectVenv(cwd: string, env: NodeJS.ProcessEnv): Promise<Candidate | undefined> {
  for (const folder of projectFolders(cwd, env)) {
    const venv = join(folder, ".venv");
    if (!(await exists(join(venv, "pyvenv.cfg")))) continue;
    const path = (await executableIn(venv)) ?? join(venv, BIN, WINDOWS ? "python.exe" : "python");
    return { path, source: ".venv" };
  }
  return undefined;
}

/** The nearest `.python-version` from `cwd` up to the project's root; lines as pyenv and uv write them. */
export function pythonVersionFile(cwd: string, env: NodeJS.ProcessEnv): ProjectChoice | undefined {
  for (const folder of projectFolders(cwd, env)) {
    const file = join(folder, ".python-version");
    const text = readText(file);
    if (text === undefined) continue;
    const names = versionNames(text).filter((name) => name !== "system");
    if (names.length === 0) return undefined;
    return { file, requests: names.map((name) => ({ text: name, request: readVersionRequest(name) })) };
  }
  return undefined;
}

/** The executable of a pyenv version or environment of exactly this name, undefined when there is none. */
export function pyenvVersion(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return executableIn(join(pyenvRoot(env), "versions", name));
}

/** pyenv's folder, whether or not it exists. */
export function pyenvRoot(env: NodeJS.ProcessEnv): string {
  return env.PYENV_ROOT ?? join(homeFolder(env), ".pyenv");
}

/** Where uv keeps the Pythons it manages, whether or not it exists. */
function uvFolder(env: NodeJS.ProcessEnv): string {
  const chosen = env.UV_PYTHON_INSTALL_DIR;
  if (chosen !== undefined && chosen !== "") return resolve(chosen);
  if (WINDOWS && env.APPDATA !== undefined) return join(env.APPDATA, "uv", "data", "python");
  return join(env.XDG_DATA_HOME || join(homeFolder(env), ".local", "share"), "uv", "python");
}

async function installations(folder: string, source: string): Promise<Candidate[]> {
  const names = await readdir(folder).catch(() => []);
  // uv keeps its lock and its half-written downloads in names that start with a dot.
  const versions = names.filter((name) => !name.startsWith("."));
  const found = await Promise.all(versions.map((name) => executableIn(join(folder, name))));
  return found.filter((path) => path !== undefined).map((path) => ({ path, source }));
}

async function pythonsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const match = NAME_ON_PATH.exec(name);
      if (match === null) return [];
      const minor = match[1] === undefined ? -1 : Number(match[1]);
      if (match[1] !== undefined && minor < OLDEST_NAME) return [];
      return [{ name, rank: minor * 4 + (match[2] ? 2 : 0) + (name.startsWith("python3") ? 1 : 0) }];
    })
    .sort((left, right) => right.rank - left.rank)
    .map(({ name }) => join(folder, name));
}

function pathFolders(env: NodeJS.ProcessEnv): string[] {
  const path = env.PATH ?? env.Path ?? "";
  return [...new Set(path.split(delimiter).filter((folder) => isAbsolute(folder)))];
}

/**
 * A pyenv shim is a shell script that costs 50 ms and fails unless a version is chosen for its name. The folder of
 * shims is replaced by the folders of the versions chosen: `PYENV_VERSION`, `.python-version`, the global file.
 */
function resolveShims(folder: string, env: NodeJS.ProcessEnv, cwd: string): string[] {
  if (!/[\\/]shims[\\/]?$/.test(folder)) return [folder];
  const root = pyenvRoot(env);
  if (!resolve(folder).startsWith(resolve(root))) return [folder];
  const chosen =
    env.PYENV_VERSION?.split(":") ?? pyenvLocal(cwd) ?? versionNames(readText(join(root, "version")) ?? "");
  return chosen.filter((name) => name !== "system").map((name) => join(root, "versions", name, "bin"));
}

/** pyenv itself looks for `.python-version` in every parent folder, without a project's root to stop at. */
function pyenvLocal(cwd: string): string[] | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const text = readText(join(folder, ".python-version"));
    if (text !== undefined) return versionNames(text);
    if (folder === dirname(folder)) return undefined;
  }
}

function versionNames(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
}

/** From `cwd` up to the folder with `.git`, but not past the home folder: its files are not the project's. */
function projectFolders(cwd: string, env: NodeJS.ProcessEnv): string[] {
  const home = homeFolder(env);
  const folders: string[] = [];
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (folder === home && folders.length > 0) break;
    folders.push(folder);
    if (existsSync(join(folder, ".git")) || folder === dirname(folder)) break;
  }
  return folders;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
