import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { duration, rate, table } from "../../src/cli/terminal/index.js";
import { COMMAND, fileWith, nogil, startProcess } from "./command.js";

/** Runs `nogil` in a terminal that Python makes; what both streams show, as one text. */
async function inTerminal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const script = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
  const terminal = { ...process.env, TERM: "xterm", NO_COLOR: undefined, ...env };
  const { ended } = startProcess(python, ["-c", script, process.execPath, COMMAND, ...args], {
    env: terminal,
  });
  return (await ended).stdout.replaceAll("\r\n", "\n");
}

let python = "";
beforeAll(async () => {
  python = (await nogil(["python", "path"])).stdout.trim();
});

const ERASE = "\x1b[2K";
const BOLD = "\x1b[1m";

describe("on a terminal", () => {
  it("status has colours, and none with NO_COLOR or TERM=dumb", async () => {
    expect(await inTerminal(["status"])).toContain(BOLD);
    expect(await inTerminal(["status"], { NO_COLOR: "1" })).not.toContain("\x1b");
    expect(await inTerminal(["status"], { TERM: "dumb" })).not.toContain("\x1b");
  });

  it("map shows a bar with rate and time left, which is gone at the end", async () => {
    const module = fileWith(
      "import time\ndef nap(x):\n    time.sleep(0.1)\n    print('at', x)\n    return x\n",
    );
    const input = fileWith("1\n".repeat(20), "in.jsonl");
    const output = `${input}.out`;
    const shown = await inTerminal(["map", `${module}:nap`, input, "-o", output]);
    expect(stripVTControlCharacters(shown)).toMatch(/\d+ % {2}\d+ of 20 lines, [\d.]+\/s, .* left/);
    const last = shown.slice(shown.lastIndexOf(ERASE) + ERASE.length);
    expect(last).toMatch(/^20 lines: 20 done; .*\n$/);
    // A line that Python prints stands alone, the bar below it.
    expect(shown.split("\n").filter((line) => line.endsWith(`${ERASE}at 1`)).length).toBeGreaterThan(10);
  });
});

describe("elsewhere", () => {
  it("there are no colours, whatever CI and FORCE_COLOR say", async () => {
    const { stdout } = await nogil(["status"], { env: { ...process.env, CI: "1", FORCE_COLOR: "1" } });
    expect(stdout).not.toContain("\x1b");
  });
});

describe("amounts", () => {
  it.each([
    [420, "0.42 s"],
    [12_340, "12.3 s"],
    [59_999, "60.0 s"],
    [245_000, "4 min 5 s"],
    [7_380_000, "2 h 3 min"],
  ])("%d ms are %s", (milliseconds, text) => expect(duration(milliseconds)).toBe(text));

  it.each([
    [0.5, "0.5/s"],
    [12.3, "12/s"],
    [3400, "3,400/s"],
  ])("%d a second are %s", (perSecond, text) => expect(rate(perSecond)).toBe(text));
});

describe("a table", () => {
  it("lines up, with colours and wide texts too", () => {
    const columns = [{ title: "name" }, { title: "time", align: "right" }, { title: "note" }] as const;
    const rows = [
      ["\x1b[1mé\x1b[22m", "1.00 s", "x"],
      ["threads", "12.5 s", ""],
    ];
    expect(table(columns, rows).map(stripVTControlCharacters)).toEqual([
      "name       time  note",
      "é        1.00 s  x",
      "threads  12.5 s",
    ]);
  });
});
