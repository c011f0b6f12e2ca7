/** Handles at work: pushed, looked at, waited for, one cancelled, one failing. Each step is said as it happens. */
import type { Interpreter } from "../../interpreter/index.js";
import { packageFile } from "../../package-root.js";
import { createPool } from "../../pool/index.js";
import { count } from "../terminal/index.js";

const MODULE = packageFile("python", "demo", "handles.py");
const BELOW = 5_000_000;
const ENDLESS_SECONDS = 60;

export async function showHandles(
  interpreter: Interpreter,
  say: (line: string) => Promise<void>,
): Promise<void> {
  await using pool = await createPool({
    module: MODULE,
    python: interpreter.path,
    profile: interpreter.gilEnabled ? "process" : "thread",
    output: "events",
  });
  await pool.ready();
  const start = performance.now();
  const endless = pool.push("wait_until_cancelled", ENDLESS_SECONDS);
  const primes = pool.push<number>("count_primes", BELOW);
  const failing = pool.push("divide", 1, 0);
  const more = pool.push<number>("count_primes", BELOW / 10);
  const took = (performance.now() - start).toFixed(1);
  const all = [endless, primes, failing, more];
  await say(
    `pushed ${all.length} tasks in ${took} ms; ready: ${all.map((handle) => yesOrNo(handle.isReady())).join(", ")}`,
  );
  await say(`count_primes(${count(BELOW)}) -> ${count(await primes)}`);
  await failing.wait();
  await say(`divide(1, 0) failed alone: ${failing.error?.message}`);
  await say(`count_primes(${count(BELOW / 10)}) -> ${count(await more)}`);
  const progress = endless.progress;
  const ran = progress === undefined ? "" : `, ${progress.done.toFixed(1)} s into its ${progress.total} s`;
  await say(
    `wait_until_cancelled(${ENDLESS_SECONDS}) still runs${ran}; ready: ${yesOrNo(endless.isReady())}`,
  );
  const step = await endless.cancel();
  await say(`cancelled it: ${step}; ready: ${yesOrNo(endless.isReady())}`);
}

function yesOrNo(value: boolean): string {
  return value ? "yes" : "no";
}
