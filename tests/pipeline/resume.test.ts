import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeLine,
  definePipeline,
  encodeLine,
  type Item,
  type RunReport,
  runPipeline,
} from "../../src/pipeline/index.js";
import { sleep, temporaryFolder } from "../pool/pools.js";

const CHILD = fileURLToPath(new URL("resume-child.js", import.meta.url));
const numbers: Item<number>[] = [0, 1, 2, 3].map((value) => ({ id: `n${value}`, value }));

/** Runs the child, killed after so many lines of its log; its output when it came to its end. */
async function runChild(folder: string, killAfterLines: number): Promise<string | undefined> {
  const log = join(folder, "done.log");
  const lines = () => (existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0);
  const before = lines();
  const child = spawn(process.execPath, [CHILD, folder, "6"], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  let isOver = false;
  ended.then(() => {
    isOver = true;
  });
  while (!isOver && lines() - before < killAfterLines) await sleep(1);
  if (!isOver && killAfterLines !== Infinity) child.kill("SIGKILL");
  await ended;
  return output === "" ? undefined : output;
}

test("killed again and again, a run repeats only what was under way", async () => {
  const folder = temporaryFolder();
  let output: string | undefined;
  let kills = 0;
  for (let round = 0; output === undefined; round++) {
    output = await runChild(folder, round < 8 ? 3 : Infinity);
    if (output === undefined) kills++;
  }
  const { values, report } = JSON.parse(output) as { values: string[]; report: RunReport };
  expect(values).toEqual(Array.from({ length: 20 }, (_, index) => `i${index}=${index * 2 + 1}`));
  expect(report.resumed).toBe(true);
  const done = readFileSync(join(folder, "done.log"), "utf8").trim().split("\n");
  expect(new Set(done).size).toBe(40);
  // Four items of a stage are under way at most, so each kill costs at most four repetitions.
  expect(done.length).toBeLessThanOrEqual(40 + 4 * kills);
  expect(existsSync(join(folder, "journal"))).toBe(false);
});

test("stopped by its signal, a run starts nothing more and goes on later", async () => {
  const journal = join(temporaryFolder(), "journal");
  const stop = new AbortController();
  const started: number[] = [];
  const pipeline = definePipeline<number>("stopped").each(
    "work",
    async (value, { signal }) => {
      started.push(value);
      if (value === 1 && !stop.signal.aborted) {
        stop.abort(new Error("enough"));
        await new Promise((_, reject) =>
          signal.aborted ? reject(signal.reason) : signal.addEventListener("abort", reject),
        );
      }
      return value;
    },
    { limit: 1 },
  );
  const first = await runPipeline(pipeline, numbers, { journal, signal: stop.signal });
  expect(first.report).toMatchObject({ end: "interrupted", deadLetters: [] });
  expect(started).toEqual([0, 1]);
  const second = await runPipeline(pipeline, numbers, { journal });
  expect(started).toEqual([0, 1, 1, 2, 3]);
  expect(second.items.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
  expect(second.report).toMatchObject({ end: "finished", resumed: true });
});

test("dead letters are put aside and tried again when asked for", async () => {
  const journal = join(temporaryFolder(), "journal");
  let isBroken = true;
  const ran: number[] = [];
  const pipeline = definePipeline<number>("mended").each("work", (value) => {
    ran.push(value);
    if (value === 2 && isBroken) throw new Error("broken");
    return value;
  });
  await runPipeline(pipeline, numbers, { journal });
  isBroken = false;
  const { items } = await runPipeline(pipeline, numbers, { journal, retryDead: true });
  expect(items.length).toBe(4);
  expect(ran).toEqual([0, 1, 2, 3, 2]);
  ran.length = 0;
  await runPipeline(pipeline, numbers, { journal });
  expect(ran).toEqual([0, 1, 2, 3]);
});

test("a damaged line costs only its own work", async () => {
  const journal = join(temporaryFolder(), "journal");
  const stop = new AbortController();
  const ran: string[] = [];
  const pipeline = definePipeline<number>("damaged")
    .each(
      "work",
      (value, { id }) => {
        ran.push(id);
        return value;
      },
      { limit: 1 },
    )
    .each("stop", (value) => {
      if (value === 3) stop.abort();
      return value;
    });
  await runPipeline(pipeline, numbers, { journal, signal: stop.signal });
  const lines = readFileSync(journal, "utf8").split("\n");
  const at = lines.findIndex((line) => line.includes('"work","id":"n1"'));
  lines[at] = String(lines[at]).replace('"value":1', '"value":7');
  writeFileSync(journal, `${lines.join("\n")}abc {"half`);
  ran.length = 0;
  const { items, report } = await runPipeline(pipeline, numbers, { journal });
  expect(ran).toEqual(["n1"]);
  expect(items.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
  expect(report.damagedLines).toBe(1);
});

test("a journal of other settings, of another file, or in use is refused with what to do", async () => {
  const folder = temporaryFolder();
  const journal = join(folder, "journal");
  const stop = new AbortController();
  const pipeline = definePipeline<number>("own").each("work", async (value) => {
    if (value === 0) {
      await expect(runPipeline(pipeline, numbers, { journal })).rejects.toThrow(/is running this pipeline/);
    }
    stop.abort();
    return value;
  });
  await runPipeline(pipeline, numbers, { journal, settings: { a: 1 }, signal: stop.signal });
  await expect(runPipeline(pipeline, numbers, { journal, settings: { a: 2 } })).rejects.toMatchObject({
    code: "JOURNAL_UNUSABLE",
    message: expect.stringContaining("other settings"),
  });
  writeFileSync(journal, "something else\n");
  await expect(runPipeline(pipeline, numbers, { journal })).rejects.toThrow(/not a journal/);
  writeFileSync(join(folder, "file"), "");
  await expect(
    runPipeline(pipeline, numbers, { journal: join(folder, "file", "journal") }),
  ).rejects.toMatchObject({ code: "JOURNAL_UNUSABLE" });
});

test("a lock of a process that is gone counts for nothing", async () => {
  const journal = join(temporaryFolder(), "journal");
  writeFileSync(`${journal}.lock`, "999999999 1\n");
  const pipeline = definePipeline<number>("free").each("work", (value) => value);
  expect((await runPipeline(pipeline, numbers, { journal })).items.length).toBe(4);
  expect(existsSync(`${journal}.lock`)).toBe(false);
});

test("without room for the checkpoint the run goes on and says so", async () => {
  const folder = temporaryFolder();
  // A file may grow to 1 KiB here: the write after that fails as on a full disk.
  const script = `trap "" XFSZ; ulimit -f 1; exec "${process.execPath}" "${CHILD}" "${folder}" 0`;
  const output = execFileSync("bash", ["-c", script], { encoding: "utf8" });
  const { values, report } = JSON.parse(output) as { values: string[]; report: RunReport };
  expect(values.length).toBe(20);
  expect(report).toMatchObject({ journalFailure: "EFBIG", deadLetters: [] });
});

test("a device is no journal", async () => {
  const pipeline = definePipeline<number>("device").each("work", (value) => value);
  const journal = join(temporaryFolder(), "journal");
  symlinkSync("/dev/full", journal);
  await expect(runPipeline(pipeline, numbers, { journal })).rejects.toThrow(/is not a file/);
});

test("what is encoded as a line comes back, and no changed line does", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, position) => {
      const record = JSON.parse(json) as unknown;
      const line = encodeLine({ record });
      expect(line.indexOf("\n")).toBe(line.length - 1);
      expect(decodeLine(line.slice(0, -1))).toEqual({ record: JSON.parse(JSON.stringify(record)) });
      const at = position % (line.length - 1);
      const changed = `${line.slice(0, at)}${line[at] === "0" ? "1" : "0"}${line.slice(at + 1, -1)}`;
      expect(decodeLine(changed)).toBeUndefined();
    }),
  );
});
