import { describe, expect, test } from "vitest";
import type { Overlap } from "../../src/index.js";
import { bothKinds } from "../interpreters.js";
import { failureOf, poolOf, sleep, temporaryFolder } from "./pools.js";
import { SURVIVAL } from "./profiles.js";

describe.each(bothKinds())("safety checks on $label", ({ python }) => {
  const options = {
    module: SURVIVAL,
    python: python.path,
    profile: "thread",
    workers: 1,
    threads: 4,
  } as const;

  test("warn: two calls that want to be inside an undeclared class at once, with both stacks", async () => {
    const pool = await poolOf({ ...options, safetyChecks: "warn" });
    const seen: Overlap[] = [];
    pool.on("thread-overlap", (overlap) => seen.push(overlap));
    const calls = [1, 2, 3].map(() => pool.call("Undeclared.work", [0.2]));
    expect(await Promise.all(calls)).toEqual([1, 1, 1]);
    const { overlaps } = await pool.safetyReport();
    expect(overlaps).toEqual([
      expect.objectContaining({ kind: "method", class: "Undeclared", member: "work", otherMember: "work" }),
    ]);
    expect(overlaps[0]?.count).toBeGreaterThanOrEqual(2);
    expect(overlaps[0]?.otherStack).toContain("in work");
    expect(overlaps[0]?.stack).not.toBe("");
    expect(seen).toHaveLength(1);
  });

  test("warn: an attribute written while another thread is inside", async () => {
    const pool = await poolOf({ ...options, safetyChecks: "warn" });
    await Promise.all([1, 2].map(() => pool.call("Careless.write", [0.5])));
    const { overlaps } = await pool.safetyReport();
    expect(overlaps).toEqual([
      expect.objectContaining({ kind: "write", class: "Careless", member: "value", otherMember: "write" }),
    ]);
    expect(overlaps[0]?.stack).toContain("in write");
    expect(overlaps[0]?.otherStack).toContain("in write");
  });

  test("strict: the call that would overlap fails, the other does not", async () => {
    const pool = await poolOf({ ...options, safetyChecks: "strict" });
    const first = pool.push("Undeclared.work", 0.4);
    await sleep(100);
    const error = await failureOf(pool.call("Undeclared.work", [0]));
    expect(error).toMatchObject({ type: expect.stringContaining("ThreadSafetyError") });
    expect(error.message).toContain("the other:");
    expect(await first).toBe(1);
    expect(await pool.call("Undeclared.work", [0])).toBe(1);
  });

  test("nothing is reported of what does not overlap, or is guarded by a lock of the instance", async () => {
    const pool = await poolOf({ ...options, safetyChecks: "strict" });
    for (let i = 0; i < 5; i++) await pool.call("Undeclared.work", [0.001]);
    for (let i = 0; i < 5; i++) await pool.call("Careless.write", [0.001]);
    await Promise.all(Array.from({ length: 20 }, () => pool.call("Careful.write", [0.002])));
    await Promise.all(Array.from({ length: 20 }, () => pool.call("Declared.add", [1])));
    expect(await pool.safetyReport()).toEqual({ overlaps: [], libraries: [] });
  });

  test("libraries known to be unsafe are named once they are imported", async () => {
    const { mkdirSync, writeFileSync } = await import("node:fs");
    const folder = temporaryFolder();
    mkdirSync(`${folder}/h5py`);
    writeFileSync(`${folder}/h5py/__init__.py`, "");
    writeFileSync(`${folder}/uses.py`, "def load():\n  import h5py\n  return 1\n");
    const pool = await poolOf({ ...options, module: `${folder}/uses.py` });
    expect((await pool.safetyReport()).libraries).toEqual([]);
    await pool.call("load");
    expect((await pool.safetyReport()).libraries).toEqual([
      { module: "h5py", reason: expect.stringContaining("lock") },
    ]);
  });

  test("a report does not wait for a worker that cannot answer", async () => {
    const pool = await poolOf({ ...options, workers: 2, safetyChecks: "warn" });
    await pool.ready();
    const pid = await pool.call<number>("pid");
    process.kill(pid, "SIGSTOP");
    expect(await pool.safetyReport()).toEqual({ overlaps: [], libraries: [] });
    process.kill(pid, "SIGCONT");
  });
});
