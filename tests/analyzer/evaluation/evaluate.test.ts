/** `npm run eval:analyzer` on a repository made here: a race, its fix, and a file that is right. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../../bench/analyzer/evaluate.js", import.meta.url));
const RACE = `import threading

count = 0
lock = threading.Lock()


def work():
    global count
    count += 1


threads = [threading.Thread(target=work) for _ in range(2)]
`;
const FIXED = RACE.replace("    count += 1", "    with lock:\n        count += 1");

let folder = "";
let parent = "";
let commit = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nogil-evaluation-"));
  const repository = join(folder, "repos", "owner", "project");
  mkdirSync(repository, { recursive: true });
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", repository, ...identity, ...args], { encoding: "utf8" }).trim();
  const commitFile = (content: string): string => {
    writeFileSync(join(repository, "counter.py"), content);
    git("add", "-A");
    git("commit", "-qm", "state");
    return git("rev-parse", "HEAD");
  };
  git("init", "-q");
  parent = commitFile(RACE);
  commit = commitFile(FIXED);
});
afterAll(() => rmSync(folder, { recursive: true }));

function evaluate(
  cases: unknown,
  ...more: string[]
): { code: number | null; stdout: string; stderr: string } {
  const file = join(folder, "cases.json");
  writeFileSync(file, typeof cases === "string" ? cases : JSON.stringify(cases));
  const output = ["--output", join(folder, "evaluation.md"), "--json", join(folder, "evaluation.json")];
  const args = [SCRIPT, file, "--repos", join(folder, "repos"), ...output, ...more];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { code: status, stdout, stderr };
}

const fix = () => ({
  id: "one",
  repo: "github.com/owner/project",
  parent,
  commit,
  path: "counter.py",
  lines_of_bug: [9],
});
const right = () => ({ id: "two", repo: "owner/project", commit, path: "counter.py" });

describe("the evaluation", () => {
  test("says what was hit, what is gone, how much else there is and what chance would hit", () => {
    const { code, stdout, stderr } = evaluate({ fixes: [fix()], correct: [right()] });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("| all severities | 100 % (1 of 1) | 100 % (1 of 1) |");
    expect(stdout).toMatch(
      /\| one \|[ |]+\*\*HIT\*\* \(high\) \| \*\*GONE\*\* \| NG101:9 \| 1 \| 13 \| 38 % \|/,
    );
    expect(stdout).toContain("| two | 0 |");
    expect(readFileSync(join(folder, "evaluation.md"), "utf8")).toContain(stdout.trim());
    expect(JSON.parse(readFileSync(join(folder, "evaluation.json"), "utf8")).fixes[0].all.hit).toBe(true);
  });

  test("does not count a finding that is far away, or that stays", () => {
    const far = evaluate({ fixes: [{ ...fix(), lines_of_bug: [1] }] }).stdout;
    expect(far).toMatch(/\| one \|[ |]+miss \|/);
    const stays = evaluate({ fixes: [{ ...fix(), commit: parent }] }).stdout;
    expect(stays).toContain("| stays |");
  });
});

describe("bad input is one line and exit code 2", () => {
  const one = { id: "x", repo: "owner/project", commit: "0123456789", path: "a.py" };
  test.each([
    ["no JSON", "{", "cases.json: is not JSON"],
    ["nothing in it", {}, 'neither "fixes" nor "correct" has a case'],
    ["no list", { fixes: 1 }, '"fixes" is not a list'],
    ["a repository that is not there", { correct: [{ ...one, repo: "a/b" }] }, "no git repository of it"],
    ["no commit", { correct: [{ ...one, commit: undefined }] }, '"commit" is missing'],
    ["a commit that is not there", { correct: [one] }, "no commit 0123456789"],
    [
      "lines that are none",
      { fixes: [{ ...one, parent: "abcdef1", lines_of_bug: [0] }] },
      '"lines_of_bug" is [0], expected one line number or more',
    ],
    ["a path that leads out", { correct: [{ ...one, path: "../a.py" }] }, '"path" is "../a.py"'],
  ])("%s", (_, cases, message) => {
    const { code, stdout, stderr } = evaluate(cases);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("a file that the commit does not have", () => {
    const { code, stderr } = evaluate({ correct: [{ ...right(), path: "other.py" }] });
    expect(code).toBe(2);
    expect(stderr).toContain("has no file other.py");
  });

  test("an option that does not exist", () => {
    expect(evaluate({ correct: [right()] }, "--what").stderr).toContain("usage: npm run eval:analyzer");
  });
});
