/** README's example of streams, objects, arrays and callbacks, run with Python that fits it. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { bothKinds } from "../interpreters.js";
import { temporaryFolder } from "../pool/pools.js";

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const readme = readFileSync(path("README.md"), "utf8");
const example = /^## Streams, objects.*?^```js\n(.*?)^```/ms.exec(readme)?.[1] ?? "";

const PYTHON = `
def rows(path):
    for number in range(3):
        yield f"{path} {number}"

class Model:
    def __init__(self, weights):
        self.weights = weights

    def predict(self, number):
        return f"{self.weights} {number}"

def train(table, report):
    for epoch in range(2):
        report(epoch, len(table) + sum(table[:10]))
`;

test.each(bothKinds())("README's streams, objects, arrays and callbacks, on $label", async ({ python }) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "work.py"), PYTHON);
  const program = [
    `import { createPool } from ${JSON.stringify(pathToFileURL(path("dist/index.js")).href)};`,
    `const pool = await createPool({ module: "./work.py" });`,
    `const [use, inputs, path] = [console.log, [1, 2], "file"];`,
    example,
    `console.log(answers.join());`,
    `await pool.close();`,
  ];
  writeFileSync(join(folder, "program.mjs"), program.join("\n"));
  const { stdout } = await promisify(execFile)(process.execPath, ["program.mjs"], {
    cwd: folder,
    env: { ...process.env, NOGIL_PYTHON: python.path, NODE_NO_WARNINGS: "1" },
  });
  expect(stdout.split("\n")).toEqual([
    "file 0",
    "file 1",
    "file 2",
    "0 1000000",
    "1 1000000",
    "weights.bin 1,weights.bin 2",
    "",
  ]);
});
