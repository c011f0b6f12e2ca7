// A program with a pool, to be killed. Prints the process ids of its workers.
//   node host.js <python> <thread|process> <function|none|import>
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createPool } from "../../dist/index.js";

const [python, profile, task] = process.argv.slice(2);
const module = fileURLToPath(new URL("python/faults.py", import.meta.url));

function children() {
  return readdirSync("/proc/self/task").flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
}

if (task === "import") {
  // Never finishes: the worker is in the middle of its start.
  createPool({
    module: fileURLToPath(new URL("python/never_imported.py", import.meta.url)),
    python,
    profile,
    output: "events",
  });
  let pids = [];
  while (pids.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    pids = children();
  }
  writeFileSync(1, `${pids.join(" ")}\n`);
} else {
  const pool = await createPool({ module, python, profile, workers: 2, output: "events" });
  await pool.ready();
  if (task !== "none") for (let i = 0; i < 2; i++) pool.push(task);
  writeFileSync(1, `${children().join(" ")}\n`);
}
setInterval(() => {}, 1_000);
