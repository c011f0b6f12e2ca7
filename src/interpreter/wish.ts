import { stat } from "node:fs/promises";
import { isAbsolute, join, resolve, sep } from "node:path";
import { InterpreterNotFound } from "../errors.js";
import { homeFolder } from "./cache-folder.js";
import {
  type Candidate,
  commandOnPath,
  executableIn,
  projectVenv,
  pyenvVersion,
  pythonVersionFile,
} from "./candidates.js";
import { readVersionRequest, type VersionRequest } from "./version.js";

/**
 * The places where somebody *asked* for a Python: the option, `NOGIL_PYTHON`, an active virtual environment, the
 * project's `.venv` and `.python-version`. The first that says anything decides; when what it asks for is not there
 * that is an error, because silently running another Python is worse.
 */

/** Somebody asked for a Python: either for this executable or for one of a version. */
export type Wish =
  | { readonly candidate: Candidate }
  | { readonly requests: readonly VersionRequest[]; readonly text: string; readonly source: string };

/** What a wish is read from. */
export interface WishPlaces {
  readonly python: string | undefined;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Sources whose packages belong to the project. */
export const VENV_SOURCES: readonly string[] = ["virtual environment", ".venv"];

/** What is asked for first, undefined when nobody asks. */
export async function firstWish(options: WishPlaces): Promise<Wish | undefined> {
  const { python, env, cwd } = options;
  if (python !== undefined) return readWish(python, "option", options);
  const variable = env.NOGIL_PYTHON;
  if (variable !== undefined && variable !== "") return readWish(variable, "NOGIL_PYTHON", options);
  const venv = (await venvCandidates(options))[0];
  if (venv !== undefined) return { candidate: venv };
  const choice = pythonVersionFile(cwd, env);
  if (choice === undefined) return undefined;
  for (const { text } of choice.requests) {
    const path = await pyenvVersion(text, env);
    if (path !== undefined) return { candidate: { path, source: ".python-version" } };
  }
  const requests = choice.requests.map(({ request }) => request).filter((request) => request !== undefined);
  const text = `${choice.requests.map((line) => line.text).join(", ")} (${choice.file})`;
  return { requests, text, source: ".python-version" };
}

/** The active virtual environment and the project's, as far as there are any. */
export async function venvCandidates({ env, cwd }: WishPlaces): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const active = env.VIRTUAL_ENV;
  if (active !== undefined && active !== "") {
    const path = (await executableIn(active)) ?? join(active, "bin", "python");
    found.push({ path, source: "virtual environment" });
  }
  const project = await projectVenv(cwd, env);
  if (project !== undefined) found.push(project);
  return found;
}

/** A path, a folder, a version request or a command, in this order. */
async function readWish(text: string, source: string, options: WishPlaces): Promise<Wish> {
  const { cwd, env } = options;
  const expanded = text.startsWith("~/") ? join(homeFolder(env), text.slice(2)) : text;
  const isPath = isAbsolute(expanded) || expanded.includes("/") || expanded.includes(sep);
  const request = isPath ? undefined : readVersionRequest(expanded);
  if (request !== undefined) return { requests: [request], text, source };
  const path = resolve(cwd, expanded);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) {
    const inside = await executableIn(path);
    if (inside !== undefined) return { candidate: { path: inside, source } };
    if (isPath)
      throw new InterpreterNotFound(`${path} (${source}) is a folder without a Python in it`, [path]);
  }
  if (isPath) {
    if (there === undefined) throw new InterpreterNotFound(`${path} (${source}) does not exist`, [path]);
    return { candidate: { path, source } };
  }
  const command = await commandOnPath(expanded, env);
  if (command !== undefined) return { candidate: { path: command, source } };
  throw new InterpreterNotFound(
    `"${text}" (${source}) is no command on PATH, no folder with a Python, and no version such as "3.14t" or ">=3.11"`,
    [text],
  );
}

/** Who asked, for a message. */
export function asker(source: string): string {
  if (source === "option") return 'option "python"';
  return source === "virtual environment" ? "the active virtual environment (VIRTUAL_ENV)" : source;
}
