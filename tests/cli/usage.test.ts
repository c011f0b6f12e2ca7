import { describe, expect, it } from "vitest";
import { nogil } from "./command.js";

const COMMANDS = [
  ["status"],
  ["python"],
  ["python", "list"],
  ["python", "install"],
  ["python", "path"],
  ["check"],
  ["run"],
  ["map"],
  ["demo"],
];

describe("help", () => {
  it.each(COMMANDS)("of %s %s has examples, on stdout", async (...command) => {
    const { stdout, stderr, code } = await nogil([...command.filter(Boolean), "--help"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(new RegExp(`Examples:\\n  \\$ .*nogil ${command[0]}`));
  });

  it("names every command", async () => {
    const { stdout, code } = await nogil(["--help"]);
    expect(code).toBe(0);
    for (const [command] of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  });

  it("prints the version", async () => {
    expect((await nogil(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("wrong usage", () => {
  it.each([
    [[], "Usage: nogil"],
    [["fly"], "unknown command 'fly'"],
    [["run"], "missing required argument"],
    [["run", "stats.py"], "Expected a file and a function in it such as stats.py:mean"],
    [["run", "stats.py:mean", "--profile", "fiber"], "Allowed choices are auto, thread, process"],
    [["run", "stats.py:mean", "--timeout", "soon"], "Expected milliseconds"],
    [["run", "stats.py:mean", "--kwargs", "[1]"], "Expected a JSON object"],
    [["map", "stats.py:mean", "--concurrency", "0"], "Expected a whole number, 1 or more"],
    [["map", "stats.py:mean", "--spread", "--kwargs-lines"], "cannot be used with option"],
    [["map", "stats.py:mean", "--retry-failed"], "need -o"],
    [["status", "--fast"], "unknown option '--fast'"],
  ])("%j ends with 2 and says what is expected", async (args, message) => {
    const { stdout, stderr, code } = await nogil(args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });
});
