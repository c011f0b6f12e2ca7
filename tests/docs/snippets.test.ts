import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { expect, test } from "vitest";
import { bothKinds } from "../interpreters.js";
import { temporaryFolder } from "../pool/pools.js";

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

/** The blocks of one language on a page, in order. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(
    (match) => match[1] ?? "",
  );
}

test.each(bothKinds())("the examples of sessions-and-adapters.md, on $label", async ({ python }) => {
  const folder = temporaryFolder();
  const page = readFileSync(path("docs/sessions-and-adapters.md"), "utf8");
  for (const code of blocks(page, "python")) {
    const name = /^# (\S+\.py)$/m.exec(code)?.[1];
    writeFileSync(join(folder, String(name)), code);
  }
  const source = `import assert from "node:assert/strict";\n${blocks(page, "js").join("\n")}\nconsole.log("the end");\n`;
  const here = source.replace('"nogil"', JSON.stringify(pathToFileURL(path("dist/index.js")).href));
  // `await using` is not in Node 20.
  const { outputText } = ts.transpileModule(here, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  writeFileSync(join(folder, "program.mjs"), outputText);
  const { stdout } = await promisify(execFile)(process.execPath, ["program.mjs"], {
    cwd: folder,
    env: { ...process.env, NOGIL_PYTHON: python.path, NODE_NO_WARNINGS: "1" },
  });
  expect(stdout.trim().split("\n").at(-1)).toBe("the end");
});
