import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acquireLock } from "../../src/interpreter/install/lock.js";
import { compiled, temporaryFolder } from "./fakes.js";

const root = temporaryFolder();
let counter = 0;
const fresh = () => join(root, String(counter++));
const ignore = () => {};

function owned(owner: object, name = "owner-3"): string {
  const folder = fresh();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify(owner));
  return folder;
}

describe("the lock", () => {
  it("is held by one at a time among processes, some of which are killed while they hold it", async () => {
    const folder = fresh();
    mkdirSync(folder);
    const journal = join(folder, "journal");
    const module = compiled("src/interpreter/install/lock.ts", folder);
    const program = `
      import { appendFileSync, openSync, closeSync, rmSync } from "node:fs";
      import { acquireLock } from ${JSON.stringify(module)};
      for (let round = 0; round < 4; round++) {
        const lock = await acquireLock(${JSON.stringify(join(folder, "lock"))}, () => {});
        appendFileSync(${JSON.stringify(journal)}, "in " + process.pid + "\\n");
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
        if (process.argv[2] === "dies" && round === 1) process.kill(process.pid, "SIGKILL");
        appendFileSync(${JSON.stringify(journal)}, "out " + process.pid + "\\n");
        await lock.release();
      }`;
    writeFileSync(join(folder, "holder.mjs"), program);
    const holders = ["lives", "dies", "lives", "dies"].map((fate) =>
      spawn(process.execPath, [join(folder, "holder.mjs"), fate], { stdio: "inherit" }),
    );
    await Promise.all(holders.map((holder) => once(holder, "exit")));
    let inside: string | undefined;
    let killed = 0;
    for (const line of readFileSync(journal, "utf8").trim().split("\n")) {
      const [what, pid] = line.split(" ");
      if (what === "in") {
        const dead = holders.some(
          (holder) => String(holder.pid) === inside && holder.signalCode === "SIGKILL",
        );
        if (inside !== undefined) expect(dead, `${pid} came in while ${inside} was inside`).toBe(true);
        if (inside !== undefined) killed++;
        inside = pid;
      } else {
        expect(pid).toBe(inside);
        inside = undefined;
      }
    }
    expect(killed + (inside === undefined ? 0 : 1)).toBe(2);
    expect(readdirSync(join(folder, "lock"))).toHaveLength(1);
  });

  it("is waited for while its owner lives, and the owner is named", async () => {
    const folder = fresh();
    const first = await acquireLock(folder, ignore);
    let waitedFor = 0;
    const second = acquireLock(folder, (pid) => {
      waitedFor = pid;
    });
    await expect.poll(() => waitedFor).toBe(process.pid);
    await first.release();
    await (await second).release();
  });

  it("stops waiting when aborted", async () => {
    const folder = fresh();
    const first = await acquireLock(folder, ignore);
    const abort = new AbortController();
    const second = acquireLock(folder, () => abort.abort(new Error("enough")), abort.signal);
    await expect(second).rejects.toThrow();
    await first.release();
  });

  it.each([
    ["released", { pid: process.pid, host: hostname(), start: null, released: true }],
    [
      "dead, its process id taken by another process since",
      { pid: process.pid, host: hostname(), start: "1" },
    ],
    ["unreadable", "{"],
  ])("is taken when the owner is %s", async (_, owner) => {
    const folder = owned(owner as object);
    await (await acquireLock(folder, () => expect.unreachable("it waited"))).release();
    expect(existsSync(join(folder, "owner-3"))).toBe(false);
  });

  it("of an owner on another host holds as long as its heartbeat is fresh", async () => {
    const folder = owned({ pid: 1, host: "elsewhere", start: "1" });
    const abort = new AbortController();
    await expect(acquireLock(folder, () => abort.abort(), abort.signal)).rejects.toThrow();
    const old = new Date(Date.now() - 3_600_000);
    utimesSync(join(folder, "owner-3"), old, old);
    await (await acquireLock(folder, ignore)).release();
  });
});
