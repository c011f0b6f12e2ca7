// Makes a bare clone ready: packages, build, a free-threaded Python. Silent and quick when there is nothing to do.
//   node scripts/setup.js              a missing free-threaded Python is reported, the rest goes on
//   node scripts/setup.js --required   it is an error, unless NOGIL_TEST_GIL_ONLY=1
//   node scripts/setup.js --no-python  only packages and build
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const OLDEST_NODE = 20;
const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => join(root, ...parts);

/** One progress line on stderr: redrawn on a terminal, printed once a step elsewhere. */
let lastStep = "";
function progress(step, detail = "") {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${step} ${detail}`);
  else if (step !== lastStep) process.stderr.write(`${step}\n`);
  lastStep = step;
}

function endProgress() {
  if (process.stderr.isTTY && lastStep !== "") process.stderr.write("\r\x1b[2K");
}

function fail(message) {
  endProgress();
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (result.status !== 0) {
    fail(
      `${command} ${args.join(" ")} failed:\n${result.error?.message ?? `${result.stdout}${result.stderr}`}`,
    );
  }
}

function installPackages() {
  const stamp = at("node_modules", ".nogil-setup");
  const wanted = createHash("sha256")
    .update(readFileSync(at("package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  progress("installing packages");
  // Not `npm ci`: it refuses a lock file without the optional packages of platforms whose registry lacks them.
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stamp, wanted);
}

function newest(folder) {
  let latest = statSync(folder).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

function build() {
  const stamp = at("dist", ".built");
  const settings = ["tsconfig.json", "package.json", "scripts/build.js"].map(
    (file) => statSync(at(file)).mtimeMs,
  );
  const changed = Math.max(newest(at("src")), ...settings);
  if (existsSync(stamp) && statSync(stamp).mtimeMs > changed) return;
  progress("building");
  run(process.execPath, [at("scripts", "build.js")]);
  writeFileSync(stamp, "");
}

async function installPython(required) {
  const { findInterpreters, installInterpreter } = await import(
    pathToFileURL(at("dist", "interpreter", "index.js")).href
  );
  const { interpreters } = await findInterpreters({ cwd: root });
  if (interpreters.some((interpreter) => interpreter.freeThreadedBuild)) return;
  if (process.env.NOGIL_TEST_GIL_ONLY === "1") return;
  try {
    await installInterpreter({
      onProgress: ({ source, step, fraction }) =>
        progress(
          `free-threaded Python from ${source}: ${step}`,
          fraction === null ? "" : `${Math.round(fraction * 100)} %`,
        ),
    });
  } catch (error) {
    if (required) fail(`${error.message}\nNOGIL_TEST_GIL_ONLY=1 runs the tests without one.`);
    endProgress();
    process.stderr.write(`${error.message}\n`);
  }
}

if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
  fail(`nogil needs Node ${OLDEST_NODE} or newer, this is ${process.version}`);
}
installPackages();
build();
if (!process.argv.includes("--no-python")) await installPython(process.argv.includes("--required"));
endProgress();
