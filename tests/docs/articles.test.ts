import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { checkConfig } from "../../src/articles/index.js";
import { temporaryFolder } from "../pool/pools.js";

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const page = readFileSync(path("docs/articles.md"), "utf8");

test("the example of the engine in articles.md prints what it says", async () => {
  const folder = temporaryFolder();
  const [, code = ""] = /^```js\n(.*?)^```/ms.exec(page) ?? [];
  const source = code.replace(
    '"nogil/pipeline"',
    JSON.stringify(pathToFileURL(path("dist/pipeline/index.js")).href),
  );
  writeFileSync(join(folder, "program.mjs"), source);
  const { stdout } = await promisify(execFile)(process.execPath, ["program.mjs"], { cwd: folder });
  expect(stdout.trim()).toBe(/\/\/ (.+)$/m.exec(code)?.[1]);
});

test("articles.md names every setting with its default", () => {
  const config: Record<string, unknown> = checkConfig({});
  const optional = { model: undefined, baseUrl: undefined };
  for (const [name, value] of Object.entries({ ...config, ...optional })) {
    expect(page, name).toContain(`\`${name}\``);
    if (typeof value === "number")
      expect(page, name).toMatch(new RegExp(`\`${name}\`[^\\n]*\\| [^|]*\\b${value}\\b`));
  }
});
