/** README's example of language models, run against a server that plays the model. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { bothKinds } from "../interpreters.js";
import { WireServer } from "../llm/wire-server.js";
import { chatWire } from "../llm/wires/chat.js";
import { temporaryFolder } from "../pool/pools.js";

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const section = /^## Language models\n(.*?)^## /ms.exec(readFileSync(path("README.md"), "utf8"))?.[1] ?? "";
const block = (language: string) =>
  new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(section)?.[1] ?? "";

const server = await WireServer.start(chatWire, (seen) => {
  if (seen.tools.length === 0) return { reply: { text: `${seen.system} ${seen.user}` } };
  return seen.toolResults.length === 0
    ? { reply: { toolCalls: [{ id: "1", name: "price", args: { part: "bolt", count: 4 } }] } }
    : { reply: { text: `They cost ${seen.toolResults[0]?.content} dollars.` } };
});
afterAll(() => server.close());

test.each(bothKinds())("README's example of language models, on $label", async ({ python }) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "shop.py"), block("python"));
  const program = block("ts")
    .replace('"nogil"', JSON.stringify(pathToFileURL(path("dist/index.js")).href))
    .replace('"nogil/llm"', JSON.stringify(pathToFileURL(path("dist/llm/index.js")).href))
    .replace('"openai/gpt-4o-mini"', `"openai/gpt-4o-mini", { baseUrl: "${server.baseUrl}" }`);
  writeFileSync(join(folder, "program.mjs"), program);
  const { stdout } = await promisify(execFile)(process.execPath, ["program.mjs"], {
    cwd: folder,
    env: { ...process.env, NOGIL_PYTHON: python.path, NODE_NO_WARNINGS: "1", OPENAI_API_KEY: "sk-docs" },
  });
  expect(stdout).toMatch(/^They cost 2 dollars\. [\d.e-]+\nOne sentence\. A long text\.\n$/);
});
