/** What docs/editors-and-ci.md and .pre-commit-hooks.yaml tell others to run exists and works. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { nogil, ROOT, temporaryFolder } from "./command.js";

const page = readFileSync(join(ROOT, "docs", "editors-and-ci.md"), "utf8");

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(
    (match) => match[1] ?? "",
  );
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

it("the workflows parse, and their commands find what there is to find", async () => {
  const workflows = blocks("yaml")
    .map((text) => parseYaml(text) as Partial<Workflow>)
    .filter((one): one is Workflow => one.jobs !== undefined);
  const runs = workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap(({ steps }) => steps));
  const commands = runs.flatMap(({ run }) => (run === undefined ? [] : [run]));
  expect(commands).toHaveLength(2);
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.py"), "n = 0\n\ndef f():\n    global n\n    n += 1\n");
  for (const command of commands) {
    const [, args = ""] = /^npx nogil ([^>|]+)/.exec(command) ?? [];
    const { stdout, code } = await nogil(args.trim().split(" "), { cwd: folder });
    expect({ code, found: stdout.includes("NG101") }).toEqual({ code: 1, found: true });
  }
});

it("the settings are right", async () => {
  const settings = blocks("toml").filter((text) => parseToml(text).tool !== undefined);
  expect(settings).toHaveLength(1);
  const folder = temporaryFolder();
  writeFileSync(join(folder, "pyproject.toml"), settings[0] ?? "");
  writeFileSync(join(folder, "a.py"), "");
  expect(await nogil(["check"], { cwd: folder })).toMatchObject({ code: 0, stderr: "" });
});

it("the hooks that the page names are defined, and run commands that exist", async () => {
  const text = readFileSync(join(ROOT, ".pre-commit-hooks.yaml"), "utf8");
  const hooks = parseYaml(text) as { id: string; entry: string; language: string }[];
  expect(hooks.map(({ id }) => id)).toEqual(["nogil-check", "nogil-fix"]);
  for (const { id, entry, language } of hooks) {
    expect(page).toContain(id);
    expect(language).toBe("node");
    const [program, ...args] = entry.split(" ");
    expect(program).toBe("nogil");
    expect((await nogil([...args, "--help"])).code).toBe(0);
  }
});
