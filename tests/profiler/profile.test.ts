/** Real runs. What a busy test machine makes of the figures is not asserted, only what holds on any. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ProfileFailed } from "../../src/errors.js";
import { type ProfileOptions, type ProfileReport, profile } from "../../src/profiler/index.js";
import { bothKinds, freeThreaded, withGil } from "../interpreters.js";

const folder = mkdtempSync(join(tmpdir(), "nogil-profile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const QUICK = { seconds: 0.3, maxThreads: 4, compare: false } as const;
const LONG_TEST_MS = 240_000;

let files = 0;
function python(text: string): string {
  const path = join(folder, `module_${files++}.py`);
  writeFileSync(path, text);
  return path;
}

function run(text: string, options: Partial<ProfileOptions> = {}): Promise<ProfileReport> {
  return profile({ module: python(text), interpreter: withGil(), ...QUICK, ...options });
}

async function failure(text: string, options: Partial<ProfileOptions> = {}): Promise<ProfileFailed> {
  const error = await run(text, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProfileFailed);
  return error as ProfileFailed;
}

/** Processes whose command line holds the text. */
function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe.each(bothKinds())("on $label", ({ python: interpreter }) => {
  it(
    "measures a function that sleeps: more threads do more, and all of it is waiting",
    async () => {
      const report = await run("import time\ndef workload():\n    time.sleep(0.01)\n", { interpreter });
      expect(report.points.map(({ threads }) => threads)).toEqual(expect.arrayContaining([1, 2, 4]));
      expect(report.gilEnabled).toBe(interpreter.gilEnabled);
      const [one, , four] = report.points;
      expect(four!.throughput).toBeGreaterThan(1.5 * one!.throughput);
      for (const { p50Ms, cpu, io, lock, throughput } of report.points) {
        expect(p50Ms).toBeGreaterThanOrEqual(10);
        expect(throughput).toBeGreaterThan(0);
        expect(cpu).toBeLessThan(0.5);
        if (process.platform === "linux") expect(io!).toBeGreaterThan(lock!);
      }
      expect(report.knee).toBeGreaterThan(1);
      // Judged as io, or not at all because the machine was busy.
      if (report.cause !== null) expect(["io", "none"]).toContain(report.cause.id);
      else expect(report.unjudged).toMatch(/other processes used/);
    },
    LONG_TEST_MS,
  );

  it(
    "sees threads wait for a lock",
    async () => {
      const text =
        "import threading, time\nLOCK = threading.Lock()\ndef workload():\n    with LOCK:\n        time.sleep(0.01)\n";
      const report = await run(text, { interpreter });
      const four = report.points.at(-1)!;
      expect(four.threads).toBe(4);
      if (process.platform === "linux") expect(four.lock).toBeGreaterThan(0.4);
      expect(four.throughput).toBeLessThan(2 * report.points[0]!.throughput);
      if (report.cause !== null) {
        expect(report.cause.id).toBe("long-lock");
        expect(report.lines[0]).toMatchObject({ line: 4, function: "workload" });
      }
    },
    LONG_TEST_MS,
  );
});

describe("the three ways", () => {
  it(
    "are compared with the same number of threads",
    async () => {
      const interpreter = freeThreaded() ?? withGil();
      const text = "def workload():\n    return sum(range(20000))\n";
      const report = await run(text, { interpreter, compare: true });
      // Another process that keeps the machine busy is a reason not to compare.
      if (report.comparison === null) expect(report.unjudged).not.toBeNull();
      else {
        const { threadsNoGil, threadsGil, processes, notes } = report.comparison;
        expect(threadsGil).toBeGreaterThan(0);
        expect(processes).toBeGreaterThan(0);
        if (interpreter.freeThreadedBuild) expect(threadsNoGil).toBeGreaterThan(0);
        else expect(notes.join()).toContain("no free-threaded Python");
      }
    },
    LONG_TEST_MS,
  );
});

describe("what is measured", () => {
  it("is a function with real arguments, each thread with its own", async () => {
    const text = `
import threading
SEEN = {}
def handle(items, *, times):
    assert items == [3, 1, 2] and times == 2
    # The list is kept, so that no other gets its id.
    if SEEN.setdefault(id(items), (threading.get_ident(), items))[0] != threading.get_ident():
        raise RuntimeError("shared between threads")
    sorted(items * times * 500)
`;
    const report = await run(text, { functionName: "handle", args: [[3, 1, 2]], kwargs: { times: 2 } });
    expect(report.target).toMatch(/:handle$/);
    expect(report.points.every(({ errorShare }) => errorShare === 0)).toBe(true);
  });

  it("is a whole script where the file has no workload", async () => {
    const report = await run(
      "import sys\nif __name__ == '__main__':\n    total = sum(range(5000))\n    sys.exit(0)\n",
    );
    expect(report.target).toMatch(/module_\d+\.py$/);
    expect(report.points[0]!.throughput).toBeGreaterThan(0);
    expect(report.points.every(({ errorShare }) => errorShare === 0)).toBe(true);
  });

  it("may be a coroutine or a generator", async () => {
    const text = `
import asyncio
async def wait():
    await asyncio.sleep(0.005)
def rows():
    for _ in range(3):
        import time; time.sleep(0.002)
        yield 1
`;
    for (const functionName of ["wait", "rows"]) {
      const report = await run(text, { functionName, maxThreads: 2 });
      expect(report.points[0]!.p50Ms).toBeGreaterThanOrEqual(5);
    }
  });

  it("may print as much as it likes", async () => {
    const text =
      "import sys\ndef workload():\n    print('x' * 100000)\n    print('y' * 100000, file=sys.stderr)\n";
    expect((await run(text, { maxThreads: 2 })).points.length).toBeGreaterThanOrEqual(2);
  });

  it("may do almost nothing, which is said", { retry: 2 }, async () => {
    const report = await run("def workload():\n    pass\n", { maxThreads: 2 });
    expect(report.notes.join()).toMatch(/µs: what is measured is calling it/);
  });
});

describe("what cannot be measured", () => {
  it("raises: with its traceback", async () => {
    const error = await failure("def workload():\n    raise ValueError('no such thing')\n");
    expect(error.message).toMatch(/workload raised ValueError/);
    expect(error.detail).toContain("no such thing");
  });

  it("does not load", async () => {
    expect((await failure("def workload(:\n")).message).toContain("SyntaxError");
    expect((await failure("import nothing_of_this_name\ndef workload(): pass\n")).message).toContain(
      "nothing_of_this_name",
    );
    expect((await failure("import sys\nsys.exit(3)\ndef workload(): pass\n")).message).toContain(
      "SystemExit(3)",
    );
  });

  it("is not there: with what is", async () => {
    const error = await failure("def handle(): pass\n", { functionName: "hanlde" });
    expect(error.message).toContain("did you mean handle?");
    const missing = profile({ module: join(folder, "nowhere.py"), interpreter: withGil(), ...QUICK });
    await expect(missing).rejects.toThrow(/nowhere\.py: no such file/);
  });

  it("needs arguments: says which, and how to give them", async () => {
    const error = await failure("def handle(request, retries=3): pass\n", { functionName: "handle" });
    expect(error.message).toContain("handle(request, retries=3)");
    expect(error.message).toContain("--kwargs");
  });

  it("never returns: says where it is, and leaves no process", async () => {
    const text = "import threading\ndef workload():\n    threading.Event().wait()\n";
    const error = await failure(text, { callTimeoutMs: 1_000 });
    expect(error.message).toContain("did not return within 1 s");
    if (process.platform === "linux") expect(processesWith("profile_runner.py").filter(isOurs)).toEqual([]);
  });

  it("ends the process: says how", async () => {
    expect((await failure("import os\ndef workload():\n    os.abort()\n")).message).toContain("SIGABRT");
    expect((await failure("import os\ndef workload():\n    os._exit(7)\n")).message).toContain("exit code 7");
  });

  it("leaves processes behind", async () => {
    const text = "import subprocess\ndef workload():\n    subprocess.Popen(['sleep', '431'])\n";
    expect((await failure(text)).message).toContain("leaves processes running");
    expect(processesWith("sleep\x231")).toEqual([]);
  });
});

describe("what goes wrong on the way", () => {
  it("a fork that returns into the function does not multiply the measurement", async () => {
    const text = `
import os, time
def workload():
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
    time.sleep(0.005)
`;
    const report = await run(text, { maxThreads: 2, seconds: 0.2 });
    expect(report.points[0]!.throughput).toBeGreaterThan(0);
    expect(report.points[0]!.throughput).toBeLessThan(200);
  });

  it("a crash with more threads leaves the curve up to there", async () => {
    const text = `
import os, threading, time
def workload():
    if threading.active_count() > 3:
        os.abort()
    time.sleep(0.002)
`;
    const report = await run(text);
    expect(report.points.map(({ threads }) => threads)).toEqual([1, 2]);
    expect(report.cause).toBeNull();
    expect(report.unjudged).toMatch(/with 4 threads: the process was ended by SIGABRT/);
  });

  it("calls that raise are counted, and their reason is shown", async () => {
    const text = `
import itertools, time
NUMBERS = itertools.count()
def workload():
    time.sleep(0.001)
    if next(NUMBERS) % 5 == 4:
        raise KeyError("every fifth")
`;
    const report = await run(text, { maxThreads: 2 });
    expect(report.points[0]!.errorShare).toBeGreaterThan(0.1);
    expect(report.points[0]!.errorShare).toBeLessThan(0.3);
    expect(report.notes.join()).toContain("every fifth");
  });

  it("an abort ends it at once and leaves no process", async () => {
    const file = python(
      "import time\ndef workload():\n    open(__file__ + '.called', 'w').close()\n    time.sleep(0.01)\n",
    );
    const abort = new AbortController();
    const running = profile({
      module: file,
      interpreter: withGil(),
      ...QUICK,
      seconds: 60,
      signal: abort.signal,
    });
    running.catch(() => {});
    while (!existsSync(`${file}.called`)) await new Promise((resolve) => setTimeout(resolve, 20));
    abort.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
  });

  it("options that cannot be meant", async () => {
    const text = "def workload(): pass\n";
    await expect(run(text, { maxThreads: 0 })).rejects.toThrow('option "maxThreads" is 0');
    await expect(run(text, { seconds: -1 })).rejects.toThrow('option "seconds" is -1');
    await expect(run(text, { callTimeoutMs: Number.NaN })).rejects.toThrow('option "callTimeoutMs" is NaN');
  });
});

/** A runner of this very process. */
function isOurs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ")[1] === String(process.pid);
  } catch {
    return false;
  }
}
