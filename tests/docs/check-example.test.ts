/** What README shows of `nogil check` is what it prints. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fileWith, nogil, ROOT } from "../cli/command.js";

const SOURCE = `import threading

hits = 0


def handle():
    global hits
    for _ in range(1000):
        hits += 1


threads = [threading.Thread(target=handle) for _ in range(8)]
`;

test("README's finding", async () => {
  const readme = readFileSync(`${ROOT}README.md`, "utf8");
  const shown = /```text\n\$ nogil check hits\.py\n(.*?)```/s.exec(readme)?.[1];
  const path = fileWith(SOURCE, "hits.py");
  const { stdout, stderr } = await nogil(["check", "hits.py"], { cwd: path.slice(0, -"/hits.py".length) });
  expect({ stdout, stderr }).toEqual({ stdout: shown, stderr: "" });
});
