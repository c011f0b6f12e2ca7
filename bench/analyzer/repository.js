// @ts-check
// Files of git repositories at a commit, and where a line of one went in the other. No work tree is needed.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { BadInput } from "./cases.js";

const MAX_FILE_BYTES = 64 << 20;
const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * Finds a repository in a folder of repositories: `DIR/owner/name`, `DIR/owner+name`, `DIR/name`, each as a work tree,
 * a bare repository, with `.git` behind its name, or in a folder `repo` below.
 * @param {string} folder
 * @param {string} name `github.com/owner/name`
 * @returns {string} a folder that git takes
 */
export function findRepository(folder, name) {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new BadInput(`--repos ${folder}: no such folder`);
  const [owner = "", project = ""] = name.split("/").slice(-2);
  for (const base of [join(owner, project), `${owner}+${project}`, `${owner}-${project}`, project]) {
    for (const path of [base, `${base}.git`, join(base, "repo"), join(base, "repo.git")]) {
      const candidate = join(folder, path);
      if (existsSync(join(candidate, "HEAD")) || existsSync(join(candidate, ".git"))) return candidate;
    }
  }
  throw new BadInput(
    `${name}: no git repository of it in ${folder}; clone it to ${join(folder, owner, project)}`,
  );
}

/**
 * @param {string} repository
 * @param {string} commit
 * @param {string} path
 * @returns {Buffer}
 */
export function fileAt(repository, commit, path) {
  const { status, stdout, stderr } = git(repository, ["show", `${commit}:${path}`]);
  if (status === 0) return stdout;
  const reason = stderr.toString().trim().split("\n")[0];
  const known = git(repository, ["cat-file", "-e", `${commit}^{commit}`]).status === 0;
  throw new BadInput(
    known
      ? `${repository}: commit ${commit} has no file ${path}`
      : `${repository}: no commit ${commit} (${reason}); fetch it first`,
  );
}

/**
 * Follows lines from one version of a file to the next.
 * @param {string} repository
 * @param {{ parent: string, commit: string, path: string }} change
 * @returns {(line: number) => readonly [number, number]} the lines that may be the same: one for an unchanged line, the
 *   whole replacement for a changed one
 */
export function lineMap(repository, { parent, commit, path }) {
  const { stdout } = git(repository, ["diff", "-U0", "--no-color", `${parent}:${path}`, `${commit}:${path}`]);
  const hunks = stdout
    .toString("latin1")
    .split("\n")
    .map((line) => HUNK.exec(line))
    .filter((match) => match !== null)
    .map(([, start, count = "1", newStart, newCount = "1"]) => ({
      start: Number(start),
      count: Number(count),
      newStart: Number(newStart),
      newCount: Number(newCount),
    }));
  return (line) => {
    let shift = 0;
    for (const { start, count, newStart, newCount } of hunks) {
      // With nothing removed, `start` is the line before what was put in.
      const first = count === 0 ? start + 1 : start;
      if (line < first) break;
      if (line < first + count) return [newStart, newStart + Math.max(0, newCount - 1)];
      shift = newStart + newCount - (newCount === 0 ? -1 : 0) - (first + count);
    }
    return [line + shift, line + shift];
  };
}

/**
 * @param {string} repository
 * @param {string[]} args
 */
function git(repository, args) {
  const result = spawnSync("git", ["-C", repository, "-c", "safe.directory=*", ...args], {
    maxBuffer: MAX_FILE_BYTES,
    env: { ...process.env, LC_ALL: "C" },
  });
  if (result.error !== undefined) throw new BadInput(`git cannot be run: ${result.error.message}`);
  return result;
}
