// Random work, and with --chaos random faults, for a while; then what was lost, doubled or leaked. Exits 1 if anything was.
//   node scripts/soak.js [--minutes 30] [--chaos] [--python <interpreter>] [--profile thread|process|auto] [--seed N]
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createPool, QueueFull, SessionLost } from "../dist/index.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    chaos: { type: "boolean", default: false },
    python: { type: "string" },
    profile: { type: "string", default: "auto" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error(`--minutes is ${values.minutes}, expected a number above 0`);
  process.exit(2);
}

const CALLERS = 8;
/** Fewer deaths than those after which the pool pauses before it starts workers (5 in 30 s). */
const FAULT_EVERY_MS = 7_000;
const SAMPLE_EVERY_MS = 1_000;
const PROGRESS_EVERY_MS = 30_000;
const SETTLE_MS = 60_000;

/** A small generator of random numbers that a seed repeats (xorshift). */
let state = (Number(values.seed) || 1) >>> 0;
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}
const below = (limit) => Math.floor(random() * limit);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const descriptors = () => readdirSync("/proc/self/fd").length;
const residentOf = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

const folder = mkdtempSync(join(tmpdir(), "nogil-soak-"));

/** Processes that have this run's folder in their environment, which every worker gets. */
function forkedCopies() {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const isOurs =
        Number(name) !== process.pid && readFileSync(`/proc/${name}/environ`, "utf8").includes(folder);
      return isOurs ? [Number(name)] : [];
    } catch {
      return []; // no process, or gone
    }
  });
}
const marks = join(folder, "marks");
const isThreads = values.profile === "thread";
const options = {
  module: fileURLToPath(new URL("../tests/faults/python/faults.py", import.meta.url)),
  ...(values.python === undefined ? {} : { python: values.python }),
  profile: values.profile,
  workers: 2,
  ...(isThreads ? { threads: 4 } : {}),
  grace: 50,
  killAfter: 500,
  recycle: { age: 60_000 },
  output: "events",
  env: { NOGIL_SOAK: folder },
};
// The first child process makes Node open descriptors that it keeps.
await (await createPool(options)).close();
const descriptorsBefore = descriptors();
const pool = await createPool(options);
await pool.ready();

const pids = new Set(pool.stats().workers.map(({ pid }) => pid));
pool.on("worker-started", ({ pid }) => pids.add(pid));
const open = new Set();
const failures = new Map();
let submitted = 0;
let doubled = 0;
let wrong = 0;
let faults = 0;
let number = 0;
const end = performance.now() + minutes * 60_000;
const isOver = () => performance.now() >= end;

/** Submits through a pool or a session, and counts how often the task is settled. */
function submit(caller, name, args, options = {}) {
  const handle = caller.submit(name, args, options);
  submitted++;
  open.add(handle);
  let times = 0;
  const ended = () => {
    if (++times > 1) doubled++;
    open.delete(handle);
    if (handle.error !== undefined)
      failures.set(handle.error.code, (failures.get(handle.error.code) ?? 0) + 1);
  };
  handle.then(ended, ended);
  return handle;
}

const expectValue = async (handle, expected) => {
  await handle.wait();
  if (handle.error === undefined && handle.tryGet() !== expected) wrong++;
};

const WORK = [
  async () => {
    const value = below(1e9);
    await expectValue(submit(pool, "echo", [value]), value);
  },
  async () => {
    const mine = number++;
    await expectValue(submit(pool, "mark", [marks, mine, random() / 100]), mine);
  },
  async () => {
    const items = Array.from({ length: below(200) }, () => below(1e9));
    const handles = items.map((item) => submit(pool, "echo", [item], { priority: below(3) }));
    await Promise.all(handles.map((handle, i) => expectValue(handle, items[i])));
  },
  async () => {
    const size = 1 + below(2 ** (4 + below(21)));
    await expectValue(submit(pool, "size", [Buffer.alloc(size)]), size);
  },
  async () => {
    const session = pool.session(`session ${below(20)}`);
    const calls = Array.from({ length: 5 }, () => submit(session, "mark", [marks, number++]));
    await Promise.all(calls.map((handle) => handle.wait()));
    if (random() < 0.2) session.close();
  },
  async () => {
    const name = ["python_loop", "polite", "wait"][below(3)];
    const handle = submit(pool, name, name === "wait" ? [0.1] : []);
    await pause(below(100));
    await handle.cancel();
    await handle.wait();
  },
  async () => {
    await submit(pool, ["python_loop", "polite"][below(2)], [], { timeout: 1 + below(100) }).wait();
  },
  async () => {
    const idempotent = { retry: { idempotent: true } };
    const value = below(1e9);
    await expectValue(submit(pool, "echo", [value], idempotent), value);
  },
];

const anyPid = () => {
  const { workers } = pool.stats();
  return workers[below(workers.length)]?.pid;
};
const signal = (pid, name) => {
  try {
    if (pid !== undefined) process.kill(pid, name);
  } catch {
    // It has gone by itself.
  }
};
const FAULTS = [
  async () => signal(anyPid(), "SIGKILL"),
  async () => {
    const pid = anyPid();
    signal(pid, "SIGSTOP");
    await pause(below(1_500));
    signal(pid, "SIGCONT");
  },
  async () => submit(pool, "segfault", []).wait(),
  async () => submit(pool, "leave", []).wait(),
  async () => submit(pool, "fork_and_return", []).wait(),
  async () => {
    const handle = submit(pool, ["never_opened", "bare_except", "blocked_read"][below(3)], []);
    await pause(below(200));
    await handle.cancel();
  },
  async () => submit(pool, "garbage", [4, below(1e6), "noise"], { timeout: 3_000 }).wait(),
];

async function caller() {
  while (!isOver()) {
    try {
      await WORK[below(WORK.length)]();
    } catch (error) {
      // Refused at the door: nothing was submitted.
      if (!(error instanceof QueueFull || error instanceof SessionLost)) throw error;
    }
  }
}

async function chaos() {
  while (values.chaos && !isOver()) {
    await pause(Math.min(FAULT_EVERY_MS * (0.8 + random() * 0.4), Math.max(0, end - performance.now())));
    if (isOver()) return;
    faults++;
    await FAULTS[below(FAULTS.length)]();
  }
}

/** [minutes, MB] of this process and the mean of its workers'. */
const samples = [];
const started = performance.now();
const sampler = setInterval(() => {
  const workers = pool.stats().workers.map(({ pid }) => residentOf(pid));
  const mean = workers.reduce((total, megabytes) => total + megabytes, 0) / Math.max(1, workers.length);
  samples.push([(performance.now() - started) / 60_000, residentOf(process.pid), mean]);
}, SAMPLE_EVERY_MS);
const reporter = setInterval(() => {
  process.stderr.write(
    `${Math.round((performance.now() - started) / 1000)} s: ${submitted} tasks, ${faults} faults\n`,
  );
}, PROGRESS_EVERY_MS);

/** MB a minute, by least squares over the second half: the first one warms caches. */
function slope(column) {
  const half = samples.slice(Math.floor(samples.length / 2));
  const mean = (get) => half.reduce((total, sample) => total + get(sample), 0) / half.length;
  const [x, y] = [mean((sample) => sample[0]), mean((sample) => sample[column])];
  const covariance = mean((sample) => (sample[0] - x) * (sample[column] - y));
  return covariance / mean((sample) => (sample[0] - x) ** 2);
}

await Promise.all([chaos(), ...Array.from({ length: CALLERS }, caller)]);
clearInterval(sampler);
clearInterval(reporter);
const patience = performance.now() + SETTLE_MS;
while (open.size > 0 && performance.now() < patience) await pause(20);
const lost = open.size;
// A worker that is being replaced has its last task on the books until it is gone.
while (pool.stats().running > 0 && performance.now() < patience) await pause(20);
const { fulfilled, rejected, queued, running } = pool.stats();
doubled += Math.max(0, fulfilled + rejected - (submitted - lost));
const ran = existsSync(marks) ? readFileSync(marks, "utf8").trim().split("\n") : [];
doubled += ran.length - new Set(ran).size;
const leaks = [];
if (lost === 0 && queued + running > 0)
  leaks.push(`${queued} waiting, ${running} running in the pool's books`);
await pool.close({ force: lost > 0 });
await pause(1_000);
// Copies that user code forked have numbers of their own.
const orphans = new Set([...pids].filter((pid) => existsSync(`/proc/${pid}`)));
for (const pid of forkedCopies()) orphans.add(pid);
if (orphans.size > 0) leaks.push(`processes ${[...orphans].join(", ")}`);
if (descriptors() > descriptorsBefore) leaks.push(`${descriptors() - descriptorsBefore} descriptors`);
rmSync(folder, { recursive: true });

const { interpreter } = pool;
console.log(
  JSON.stringify(
    {
      python: `${interpreter.version}${interpreter.freeThreadedBuild ? "t" : ""}`,
      profile: pool.profile,
      minutes,
      seed: Number(values.seed),
      tasks: submitted,
      faults,
      workers: pids.size,
      lost,
      doubled,
      wrong,
      leaks,
      failures: Object.fromEntries(failures),
      rssSlopeHost: Number(slope(1).toFixed(2)),
      rssSlopeWorker: Number(slope(2).toFixed(2)),
    },
    null,
    2,
  ),
);
process.exit(lost + doubled + wrong + leaks.length > 0 ? 1 : 0);
