import { describe, expect, test } from "vitest";
import type { Pool, PoolEvents } from "../../src/index.js";
import { failureOf, poolOf } from "./pools.js";
import { everyWay, SURVIVAL } from "./profiles.js";

type Line = PoolEvents["output"][0];

function linesOf(pool: Pool): Line[] {
  const lines: Line[] = [];
  pool.on("output", (line) => lines.push(line));
  return lines;
}

describe.each(everyWay())("output of user code, $label", ({ python, profile }) => {
  const options = { module: SURVIVAL, python: python.path, profile, workers: 1 } as const;

  test("each line comes with its stream, worker and task", async () => {
    const pool = await poolOf(options);
    const lines = linesOf(pool);
    const handles = ["ä b", "two\nlines", ""].map((text) => pool.push("say", text));
    const loud = pool.push("say", "trouble", "stderr");
    await Promise.all([...handles, loud]);
    await pool.close();
    const pid = handles[0]?.stats.worker;
    const line = (handle: (typeof handles)[0] | undefined, text: string, stream = "stdout") => ({
      pid,
      stream,
      line: text,
      task: handle?.number,
      functionName: "say",
    });
    const expected = [
      line(handles[0], "ä b"),
      line(handles[1], "two"),
      line(handles[1], "lines"),
      line(handles[2], ""),
      line(loud, "trouble", "stderr"),
    ];
    const order = (a: Line, b: Line) => (a.task ?? 0) - (b.task ?? 0);
    expect([...lines].sort(order)).toEqual(expected);
  });

  test("lines of tasks that print at the same time are not mixed", async () => {
    const pool = await poolOf({ ...options, ...(profile === "thread" ? { threads: 4 } : {}) });
    const lines = linesOf(pool);
    const texts = ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc", "dddddddddd"];
    await Promise.all(texts.map((text) => pool.push("say_pieces", text, 0.002)));
    await pool.close();
    expect(lines.map(({ line }) => line).sort()).toEqual(texts);
    expect(new Set(lines.map(({ task }) => task)).size).toBe(4);
  });

  test("nothing of it is lost at a crash, and the last lines of stderr are in the error", async () => {
    const pool = await poolOf(options);
    const lines = linesOf(pool);
    const error = await failureOf(pool.call("say_and_crash", [1_000]));
    expect(error).toMatchObject({
      code: "WORKER_CRASHED",
      exit: { signal: "SIGKILL", stderr: "last words" },
    });
    expect(lines.filter(({ stream }) => stream === "stdout").map(({ line }) => line)).toEqual(
      Array.from({ length: 1_000 }, (_, i) => `line ${i}`),
    );
  });

  test("what C code writes has no task and is there all the same", async () => {
    const pool = await poolOf(options);
    const lines = linesOf(pool);
    await pool.call("say_from_c", ["from C\n"]);
    await pool.call("say_from_c", ["not ended"]);
    await pool.close();
    expect(lines.map(({ line, task }) => [line, task])).toEqual([
      ["from C", undefined],
      ["not ended", undefined],
    ]);
  });

  test("very long lines come in pieces, and lines with control characters as they are", async () => {
    const pool = await poolOf(options);
    const lines = linesOf(pool);
    await pool.call("say", ["x".repeat(200_000)]);
    await pool.call("say", ["\x1e1 2 3\x1fnot a mark\x1e"]);
    await pool.close();
    const text = lines.map(({ line }) => line);
    expect(text.slice(0, -1).join("")).toBe("x".repeat(200_000));
    expect(text.at(-1)).toBe("\x1e1 2 3\x1fnot a mark\x1e");
  });

  test("the console gets them when asked to", async () => {
    const pool = await poolOf({ ...options, output: "inherit" });
    const written: string[] = [];
    const write = process.stdout.write;
    process.stdout.write = ((text: string) => written.push(text) > 0) as typeof write;
    try {
      await pool.call("say", ["for the console"]);
      await pool.close();
    } finally {
      process.stdout.write = write;
    }
    expect(written.join("")).toContain("for the console\n");
  });
});
