#!/usr/bin/env node
// Runs the examples of tests/hazards on the newest Python without the GIL and the newest with it, and writes what they
// did into bench/hazards.json, which `npm run docs:rules` quotes in the pages of the rules. Fails if an unsafe example
// did no damage without the GIL, or a safe one did any.
//
//   node scripts/verify-hazards.js [--seconds 1] [--only ng105,ng106]
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { findInterpreters } from "../dist/interpreter/index.js";

const FOLDER = fileURLToPath(new URL("../tests/hazards", import.meta.url));
const DATA = fileURLToPath(new URL("../bench/hazards.json", import.meta.url));
/** A round of an example that counts crashes has a minute; see rounds.py. */
const MARGIN_MS = 90_000;
/** Most need a fraction of a second; on a busy machine threads seldom run at the same moment. */
const PATIENCE_SECONDS = 30;

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "1" }, only: { type: "string" } },
});
const seconds = Number(values.seconds);
const all = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const names = values.only?.split(",") ?? all.map(({ name }) => name).filter((name) => /^ng\d/.test(name));
const pythons = await interpreters();

const data =
  values.only === undefined ? empty() : { ...JSON.parse(readFileSync(DATA, "utf8")), ...empty(true) };
const failures = [];
for (const name of names.sort()) {
  const code = codeOf(name);
  data.examples[code] = sentenceOf(name);
  for (const { label, path, isFree } of pythons) {
    const unsafe = await seen(path, `${name}.unsafe`, isFree ? PATIENCE_SECONDS : seconds);
    const safe = await seen(path, `${name}.safe`, seconds);
    data.interpreters[label] ??= {};
    data.interpreters[label][code] = { unsafe, safe };
    const verdict =
      safe.damaged > 0 ? "SAFE EXAMPLE DAMAGED" : isFree && unsafe.damaged === 0 ? "NO DAMAGE" : "";
    console.log(
      `${code.padEnd(7)} ${label.padEnd(30)} ${unsafe.damaged} of ${unsafe.of} ${unsafe.what} | safe ${safe.damaged} of ${safe.of} ${verdict}`,
    );
    if (verdict !== "") failures.push(`${code} on ${label}: ${verdict.toLowerCase()}`);
  }
}
if (failures.length === 0) {
  writeFileSync(DATA, `${JSON.stringify(data, null, 2)}\n`);
} else {
  console.error(`nothing written: ${failures.join("; ")}`);
  process.exitCode = 1;
}

/** The newest of each kind, that without the GIL first. */
async function interpreters() {
  const { interpreters: found } = await findInterpreters();
  const minor = ({ version }) => Number(version.split(".")[1]);
  const cpython = found
    .filter(({ implementation }) => implementation === "cpython")
    .sort((left, right) => minor(left) - minor(right));
  const newest = (isFree) => cpython.findLast(({ freeThreadedBuild }) => freeThreadedBuild === isFree);
  const free = newest(true);
  if (free === undefined) throw new Error("no free-threaded Python found; NOGIL_PYTHON may name one");
  return [free, newest(false)]
    .filter((python) => python !== undefined)
    .map(({ path, version, freeThreadedBuild: isFree }) => ({
      path,
      isFree,
      label: `CPython ${version} ${isFree ? "free-threaded" : "with the GIL"}`,
    }));
}

/** What an example says after its time. */
async function seen(path, module, patience) {
  const options = ["--seconds", String(seconds), "--patience", String(patience)];
  const { stdout } = await promisify(execFile)(path, ["-m", module, ...options], {
    cwd: FOLDER,
    timeout: 1000 * patience + MARGIN_MS,
  });
  const { damaged, of, what, signals } = JSON.parse(stdout);
  return { damaged, of, what, ...(signals === undefined ? {} : { signals }) };
}

/** `ng111b` is NG111b. */
function codeOf(name) {
  return `NG${name.slice(2)}`;
}

/** The docstring of the unsafe example. */
function sentenceOf(name) {
  const source = readFileSync(join(FOLDER, name, "unsafe.py"), "utf8");
  return /^"""(.+?)"""/s.exec(source)[1].replaceAll(/\s+/g, " ");
}

/** @param {boolean} keepsResults only the head, for data that is there */
function empty(keepsResults = false) {
  const [{ model }] = cpus();
  const head = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores, ${model.trim()}`,
    seconds,
  };
  return keepsResults ? head : { ...head, examples: {}, interpreters: {} };
}
