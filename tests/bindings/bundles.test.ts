import { readdirSync, renameSync } from "node:fs";
import { build } from "esbuild";
import { build as viteBuild } from "vite";
import { expect, test } from "vitest";
import { unplugin } from "../../src/bindings/bundler/index.js";
import { withGil } from "../interpreters.js";
import { TypedProject } from "./typed-project.js";

const PATIENCE_MS = 300_000;

const files = {
  "src/py/stats.py":
    "from py_parts.scale import SCALE\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n" +
    "def scaled(p: P) -> int:\n    from inner import add\n    return add(p.x * SCALE)\n",
  "src/py/py_parts/__init__.py": "",
  "src/py/py_parts/scale.py": "SCALE = 10\n",
  "src/py/inner.py": "def add(n: int) -> int:\n    return n + 1\n",
  "src/py/unused.py": "x = 1\n",
  "src/main.ts":
    'import { scaled } from "./py/stats.py";\nconst p: { x: number } = { x: 4 };\nconsole.log(await scaled(p));\n',
};

/** The bundle runs where its sources are not. */
async function runBundle(project: TypedProject, file: string): Promise<void> {
  renameSync(project.path("src"), project.path("moved"));
  const { stdout, stderr } = await project.node([file], { NOGIL_PYTHON: withGil().path });
  expect(stderr).toBe("");
  expect(stdout).toBe("41\n");
  const copied = readdirSync(project.path("dist/python"), { recursive: true, encoding: "utf8" });
  expect(copied.filter((name) => name.endsWith(".py")).sort()).toEqual([
    "src/py/inner.py",
    "src/py/py_parts/__init__.py",
    "src/py/py_parts/scale.py",
    "src/py/stats.py",
  ]);
}

test(
  "esbuild bundles an import of a Python file, and the bundle runs",
  async () => {
    const project = new TypedProject(files);
    await build({
      entryPoints: [project.path("src/main.ts")],
      outdir: project.path("dist"),
      absWorkingDir: project.folder,
      bundle: true,
      format: "esm",
      platform: "node",
      logLevel: "silent",
      plugins: [unplugin.esbuild()],
    });
    await runBundle(project, "dist/main.js");
  },
  PATIENCE_MS,
);

test(
  "Vite builds server code that imports a Python file, and the bundle runs",
  async () => {
    const project = new TypedProject(files);
    await viteBuild({
      root: project.folder,
      configFile: false,
      logLevel: "silent",
      build: { ssr: "src/main.ts", outDir: "dist", target: "node20" },
      plugins: [unplugin.vite()],
    });
    await runBundle(project, "dist/main.js");
  },
  PATIENCE_MS,
);

test(
  "a build fails with the place where Python does not parse",
  async () => {
    const project = new TypedProject({ ...files, "src/py/stats.py": "def scaled(:\n" });
    const options = {
      entryPoints: [project.path("src/main.ts")],
      outdir: project.path("dist"),
      bundle: true,
      logLevel: "silent" as const,
      plugins: [unplugin.esbuild()],
    };
    await expect(build(options)).rejects.toThrow(/stats\.py:1:11/);
  },
  PATIENCE_MS,
);
