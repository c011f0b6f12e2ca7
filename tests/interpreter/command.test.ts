import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand } from "../../src/interpreter/command.js";
import { compiled, isRunning, script, temporaryFolder } from "./fakes.js";

const folder = temporaryFolder();
const pidIn = (name: string) => Number(readFileSync(join(folder, name), "utf8"));

describe("a command", () => {
  it("reports its output, its exit code and the signal that ended it", async () => {
    const ended = await runCommand("/bin/sh", ["-c", "echo out; echo err >&2; exit 3"]);
    expect(ended).toMatchObject({ outcome: "exited", code: 3, stdout: "out\n", stderr: "err\n" });
    expect(await runCommand("/bin/sh", ["-c", "kill -TERM $$"])).toMatchObject({
      code: null,
      signal: "SIGTERM",
    });
    expect(await runCommand("/nowhere/at/all", [])).toMatchObject({ outcome: "not started", code: null });
  });

  it("passes exit code and output through when it is to end with us", async () => {
    const ended = await runCommand("/bin/sh", ["-c", 'echo "$1"; cat; exit 4', "sh", "a b"], {
      endWithUs: true,
    });
    expect(ended).toMatchObject({ outcome: "exited", code: 4, stdout: "a b\n" });
  });

  it("does not wait for a child that holds its output open", async () => {
    const pid = join(folder, "left");
    const ended = await runCommand("/bin/sh", ["-c", `sleep 1000 & echo $! > '${pid}'; echo done`]);
    expect(ended).toMatchObject({ outcome: "exited", code: 0, stdout: "done\n" });
    await expect.poll(() => isRunning(pidIn("left"))).toBe(false);
  });

  it("ends when its parent is killed, with everything it started", async () => {
    const module = compiled("src/interpreter/command.ts", folder);
    const build = script(
      join(folder, "build"),
      `sleep 1000 & echo $! > '${folder}/inner'; echo $$ > '${folder}/outer'; wait`,
    );
    const program = `import { runCommand } from ${JSON.stringify(module)}; await runCommand(${JSON.stringify(build)}, [], { endWithUs: true });`;
    writeFileSync(join(folder, "parent.mjs"), program);
    const parent = spawn(process.execPath, [join(folder, "parent.mjs")], { stdio: "ignore" });
    await expect.poll(() => existsSync(join(folder, "outer")), { timeout: 20_000 }).toBe(true);
    expect(isRunning(pidIn("inner"))).toBe(true);
    parent.kill("SIGKILL");
    await expect
      .poll(() => isRunning(pidIn("outer")) || isRunning(pidIn("inner")), { timeout: 20_000 })
      .toBe(false);
  });

  it("is stalled without a sign of life, and not while there is one", async () => {
    const watch = { firstMs: 300, laterMs: 300 };
    expect((await runCommand("/bin/sh", ["-c", "sleep 1000"], { watch })).outcome).toBe("stalled");
    const ticking = "for i in 1 2 3 4 5; do echo $i; sleep 0.15; done";
    expect((await runCommand("/bin/sh", ["-c", ticking], { watch })).outcome).toBe("exited");
    const deaf = { ...watch, isSign: (text: string) => text.includes("Get:") };
    expect((await runCommand("/bin/sh", ["-c", ticking], { watch: deaf })).outcome).toBe("stalled");
    const seen = { ...deaf, poll: () => true };
    expect((await runCommand("/bin/sh", ["-c", ticking], { watch: seen })).outcome).toBe("exited");
  });
});
