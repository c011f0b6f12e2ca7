import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bothKinds } from "../interpreters.js";
import { installedProject, ROOT } from "./installed.js";

const readme = readFileSync(join(ROOT, "README.md"), "utf8");

function snippet(language: string): string {
  const match = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme);
  if (match?.[1] === undefined) throw new Error(`README has no ${language} snippet`);
  return match[1];
}

let project = "";
beforeAll(() => {
  project = installedProject();
  writeFileSync(join(project, "stats.py"), snippet("python"));
  writeFileSync(join(project, "main.mjs"), snippet("js"));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe.each(bothKinds())("README's first example, from the packed package, on $label", ({ python }) => {
  test("prints what its comments say", () => {
    const output = execFileSync("node", ["main.mjs"], {
      cwd: project,
      encoding: "utf8",
      env: { ...process.env, NOGIL_PYTHON: python.path },
    });
    const expected = [...snippet("js").matchAll(/console\.log\(.*?\); \/\/ (.*)/g)].map(([, comment]) =>
      comment?.replaceAll('"', ""),
    );
    expect(output.split("\n").slice(0, expected.length)).toEqual(expected);
    expect(output).toContain("ZeroDivisionError");
    expect(output).toContain('stats.py", line 5, in divide');
  });

  test("the command runs", () => {
    const run = (...args: string[]) =>
      execFileSync("node", ["node_modules/nogil/bin/nogil.js", ...args], {
        cwd: project,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        env: { ...process.env, NOGIL_PYTHON: python.path },
      });
    expect(run("run", "stats.py:divide", "10").trim()).toBe("5");
    expect(JSON.parse(run("status", "--json")).chosen.path).toBe(python.path);
  });
});

test("every link in the documentation leads to a file", () => {
  const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].concat(
    readdirSync(join(ROOT, "docs"))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  );
  const broken = documents.flatMap((document) =>
    [...readFileSync(join(ROOT, document), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
      .filter(([, target]) => !existsSync(join(ROOT, dirname(document), target ?? "")))
      .map(([, target]) => `${document}: ${target}`),
  );
  expect(broken).toEqual([]);
});
