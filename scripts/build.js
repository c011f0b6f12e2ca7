// Builds dist/: declarations and checked types by tsc, the code by esbuild as few files, because reading a hundred
// small ones takes Node longer than starting Python. Parts that two entries share are in dist/chunks.
import { spawnSync } from "node:child_process";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** What package.json exports, what bin/nogil.js loads, what setup.js and bench/ need, and what runs in threads of Node. */
const entries = [
  ...Object.values(exports).flatMap((entry) => (entry.default ? [entry.default] : [])),
  "./dist/cli/index.js",
  "./dist/interpreter/index.js",
  "./dist/analyzer/parallel/summary-thread.js",
  "./dist/bindings/loader/hooks.js",
  "./dist/concurrency/index.js",
].map((file) => join(root, file.replace("./dist/", "src/").replace(/\.js$/, ".ts")));

// Made beside dist and put in its place when whole: an interrupted build leaves the last one, and a module that was
// removed from src does not live on.
const made = join(root, "dist.new");
rmSync(made, { recursive: true, force: true });
const typescript = join(root, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(
  process.execPath,
  [typescript, "-p", root, "--outDir", made, "--tsBuildInfoFile", join(made, ".tsbuildinfo")],
  {
    stdio: "inherit",
  },
);
if (status !== 0) process.exit(1);
await build({
  absWorkingDir: root,
  entryPoints: entries,
  outbase: "src",
  outdir: "dist.new",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  // Errors are told by their names, and esbuild renames a class that is used inside itself.
  keepNames: true,
  logLevel: "warning",
});
rmSync(join(root, "dist"), { recursive: true, force: true });
renameSync(made, join(root, "dist"));
