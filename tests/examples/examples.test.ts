/** Examples run as a user runs them; packages come from their indexes, and a test that has none says why. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { ROOT, startProcess, temporaryFolder } from "../cli/command.js";
import { bothKinds, withGil } from "../interpreters.js";
import { npmPackages, type Packages, pythonPackages } from "../packages.js";

const example = (...path: string[]) => join(ROOT, "examples", ...path);
const environment = (python: string, packages: Packages | undefined) => ({
  ...process.env,
  NODE_NO_WARNINGS: "1",
  NOGIL_PYTHON: python,
  ...(packages !== undefined && "path" in packages ? { PYTHONPATH: packages.path } : {}),
});

test("http: answers under load, refuses what is too much, stops for clients that leave", async () => {
  const env = environment(withGil().path, undefined);
  const { stdout, stderr } = await startProcess(process.execPath, [example("http", "main.js")], { env })
    .ended;
  expect([stdout.split("\n"), stderr]).toEqual([
    [
      "400 of 400 requests answered, all of them right",
      "a wrong parameter: 400",
      "a client that leaves: AbortError",
      "its task: stopped",
      "a crowd is partly refused: true",
      "",
    ],
    "",
  ]);
});

test.each(bothKinds())("images: filters a folder with NumPy, on $label", async ({ python }) => {
  const numpy = await pythonPackages(python, ["numpy"]);
  if ("missing" in numpy) {
    process.stderr.write(`the example images was not run: ${numpy.missing}\n`);
    return;
  }
  const env = environment(python.path, numpy);
  const { stdout, stderr } = await startProcess(process.execPath, [example("images", "main.js")], { env })
    .ended;
  expect(stderr).toContain(`[${"#".repeat(30)}] 24/24`);
  const [, count, folder] = /^(\d+) images, mean brightness 1[\d.]+, in (.*)\n$/.exec(stdout) ?? [];
  expect(count).toBe("24");
  const names = readdirSync(String(folder));
  expect(names).toHaveLength(24);
  const [image] = names.map((name) => readFileSync(join(String(folder), name)));
  expect(image?.subarray(0, 15).toString()).toBe("P6 320 200 255\n");
  expect(image).toHaveLength(15 + 320 * 200 * 3);
});

test.each(["pandas", "polars"])("frames: %s to Arrow to TypeScript and back", async (library) => {
  const python = withGil();
  const wheels = await pythonPackages(python, ["pyarrow", "polars", "pandas"]);
  const npm = await npmPackages(["apache-arrow"]);
  if ("missing" in wheels || "missing" in npm) {
    process.stderr.write(`the example frames was not run: ${JSON.stringify([wheels, npm])}\n`);
    return;
  }
  // Beside the packages it imports; Node 20 cannot run TypeScript.
  const folder = temporaryFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules", "nogil"));
  for (const name of readdirSync(join(npm.path, "node_modules")))
    symlinkSync(join(npm.path, "node_modules", name), join(folder, "node_modules", name));
  symlinkSync(example("frames", "sales.py"), join(folder, "sales.py"));
  const { outputText } = ts.transpileModule(readFileSync(example("frames", "main.ts"), "utf8"), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  writeFileSync(join(folder, "main.mjs"), outputText);
  const env = environment(python.path, wheels);
  const { stdout, stderr } = await startProcess(process.execPath, ["main.mjs", library], { cwd: folder, env })
    .ended;
  expect([stdout.split("\n"), stderr]).toEqual([
    [
      "east: 125000.0",
      "north: 124500.0",
      "south: 124750.0",
      "west: 125250.0",
      "total 499500.0, doubled in Python 999000.0",
      "",
    ],
    "",
  ]);
});

test.each(bothKinds())("tokens: both ways as they come, on $label", async ({ python }) => {
  const env = environment(python.path, undefined);
  const { stdout, stderr } = await startProcess(process.execPath, [example("tokens", "main.js")], { env })
    .ended;
  const licence =
    readFileSync(join(ROOT, "LICENSE"), "utf8").match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]/gu) ?? [];
  expect([stdout.split("\n"), stderr]).toEqual([
    [
      `${licence.length} tokens, ${new Set(licence).size} of them different: ${licence.slice(0, 8).join(" ")} …`,
      `left at "${licence[0]}"`,
      "the file was closed",
      "",
    ],
    "",
  ]);
});

test.each(bothKinds())("model: one object answers many at once, on $label", async ({ python }) => {
  const sklearn = await pythonPackages(python, ["scikit-learn"]);
  if ("missing" in sklearn) {
    process.stderr.write(`the example model was not run: ${sklearn.missing}\n`);
    return;
  }
  const env = environment(python.path, sklearn);
  const { stdout, stderr } = await startProcess(process.execPath, [example("model", "main.js")], { env })
    .ended;
  const [trained, answered, left] = stdout.split("\n");
  expect(trained, stderr).toMatch(/^trained: right for (?:9\d|100) %/);
  expect(answered).toBe("40 of 40 questions of 50 points answered right, all by one object");
  expect(left).toBe("objects left in Python: 0");
});
