import { describe, expect, test } from "vitest";
import { analyze, type Finding } from "../../src/analyzer/index.js";

async function check(
  source: string,
  options: { strict?: boolean; target?: string } = {},
): Promise<Finding[]> {
  const report = await analyze({ sources: [{ path: "app.py", source }], ...options });
  expect(report.errors).toEqual([]);
  return [...report.findings];
}

function codes(findings: readonly Finding[]): string[] {
  return findings.map((finding) => `${finding.rule}:${finding.line}`);
}

const LOCKED_CLASS = `
import threading

class Store:
    def __init__(self):
        self.lock = threading.Lock()
        self.items = {}
        self.count = 0
`;

describe("locks", () => {
  test("an update between acquire and finally release is locked", async () => {
    const source = `${LOCKED_CLASS}
    def add(self):
        self.lock.acquire()
        try:
            self.count += 1
        finally:
            self.lock.release()
`;
    expect(await check(source)).toEqual([]);
  });

  test("an update after the release is not", async () => {
    const source = `${LOCKED_CLASS}
    def add(self):
        self.lock.acquire()
        try:
            pass
        finally:
            self.lock.release()
        self.count += 1
`;
    expect(codes(await check(source))).toEqual(["NG103:16"]);
  });

  test("a condition made from a lock is the same lock", async () => {
    const source = `
import threading

class Store:
    def __init__(self):
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.count = 0

    def add(self):
        with self.lock:
            self.count += 1

    def take(self):
        with self.changed:
            self.count -= 1
`;
    expect(await check(source)).toEqual([]);
  });

  test("a private method is locked if all its callers are", async () => {
    const source = `${LOCKED_CLASS}
    def add(self):
        with self.lock:
            self._bump()

    def take(self):
        with self.lock:
            self._bump()

    def _bump(self):
        self.count += 1
`;
    expect(await check(source)).toEqual([]);
  });

  test("one caller without the lock is enough to lose it", async () => {
    const source = `${LOCKED_CLASS}
    def add(self):
        with self.lock:
            self._bump()

    def take(self):
        self._bump()

    def _bump(self):
        self.count += 1
`;
    expect(codes(await check(source))).toEqual(["NG103:18"]);
  });

  test("private methods that call each other in a circle are as locked as whoever enters the circle", async () => {
    const source = `${LOCKED_CLASS}
    def add(self):
        with self.lock:
            self._even(3)

    def _even(self, n):
        self.count += 1
        self._odd(n - 1)

    def _odd(self, n):
        self._even(n - 1)
`;
    expect(await check(source)).toEqual([]);
  });

  test("a docstring or a name can say that the caller holds the lock", async () => {
    const source = `${LOCKED_CLASS}
    def bump_locked(self):
        self.count += 1

    def bump(self):
        """The lock must be held by the caller."""
        self.count += 1
`;
    expect(await check(source)).toEqual([]);
  });

  test("a decorator that runs the method under a lock covers it", async () => {
    const source = `
import functools
import threading

def synchronized(f):
    @functools.wraps(f)
    def wrapper(self, *args):
        with self.lock:
            return f(self, *args)
    return wrapper

class Store:
    def __init__(self):
        self.lock = threading.RLock()
        self.count = 0

    @synchronized
    def add(self):
        self.count += 1
`;
    expect(await check(source)).toEqual([]);
  });

  test("double-checked locking done right is left alone", async () => {
    const source = `
import threading

_lock = threading.Lock()
_pool = None

def pool():
    global _pool
    if _pool is None:
        with _lock:
            if _pool is None:
                _pool = make_pool()
    return _pool
`;
    expect(await check(source)).toEqual([]);
  });
});

describe("evidence", () => {
  const counter = (extra: string) => `
class Counter:
    def __init__(self):
        self.hits = 0

    def hit(self):
        self.hits += 1
${extra}`;

  test("a plain object of one owner is reported with strict only", async () => {
    expect(await check(counter(""))).toEqual([]);
    expect(
      (await check(counter(""), { strict: true })).map(({ tier, severity }) => [tier, severity]),
    ).toEqual([["T0", "low"]]);
  });

  test("an instance kept by the module is T1", async () => {
    const [finding] = await check(counter("\n_counter = Counter()\n"));
    expect(finding).toMatchObject({
      rule: "NG103",
      tier: "T1",
      severity: "high",
      symbol: "Counter.hit",
      line: 7,
      column: 9,
    });
    expect(finding?.why).toContain("_counter");
  });

  test("a class with a lock is T2", async () => {
    const [finding] = await check(`${LOCKED_CLASS}
    def add(self):
        self.count += 1
`);
    expect(finding).toMatchObject({ rule: "NG103", tier: "T2" });
    expect(finding?.why).toContain("self.lock");
  });

  test("a method that threads run is T3, and the start of the thread is shown", async () => {
    const [finding] = await check(`
import threading

class Counter:
    def __init__(self):
        self.hits = 0

    def start(self):
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        self.hits += 1

    def read(self):
        return self.hits
`);
    expect(finding).toMatchObject({ rule: "NG103", tier: "T3", line: 13 });
    expect(finding?.related.map(({ line }) => line)).toContain(9);
  });

  test("a function submitted to a pool is reached through what it calls", async () => {
    const findings = await check(`
from concurrent.futures import ThreadPoolExecutor

class Crawler:
    def __init__(self):
        self.seen = {}

    def run(self, urls):
        with ThreadPoolExecutor() as pool:
            for url in urls:
                pool.submit(self.visit, url).add_done_callback(print)

    def visit(self, url):
        self._note(url)

    def _note(self, url):
        self.seen[url] = self.seen.get(url, 0) + 1
`);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ rule: "NG104", tier: "T3", severity: "high", line: 17 });
  });

  test("thread-local state, queues and events are nobody's race", async () => {
    expect(
      await check(`
import queue
import threading

_local = threading.local()
_jobs = queue.Queue()
_stop = threading.Event()

def work():
    if not hasattr(_local, "cache"):
        _local.cache = make()
    _local.n = _local.n + 1
    if not _stop.is_set():
        _jobs.put(1)
`),
    ).toEqual([]);
  });

  test("tests share what they like", async () => {
    const source = "n = 0\n\ndef f():\n    global n\n    n += 1\n";
    const report = await analyze({ sources: [{ path: "tests/test_app.py", source }] });
    expect(report.findings).toEqual([]);
  });
});

describe("several files", () => {
  test("a base class in another file owns the attribute and the lock", async () => {
    const base = `
import threading

class Base:
    def __init__(self):
        self.lock = threading.Lock()
        self.items = []

    def add(self, item):
        with self.lock:
            self.items.append(item)
`;
    const child = `
from .base import Base

class Child(Base):
    def reset(self):
        self.items = []
`;
    const report = await analyze({
      sources: [
        { path: "pkg/base.py", source: base },
        { path: "pkg/child.py", source: child },
      ],
    });
    expect(report.findings).toMatchObject([{ rule: "NG114", path: "pkg/child.py", line: 6, tier: "T2" }]);
    expect(report.findings[0]?.related[0]).toMatchObject({ path: "pkg/base.py", line: 11 });
  });

  test("a global that another module changes is one variable", async () => {
    const report = await analyze({
      sources: [
        {
          path: "pkg/state.py",
          source: "handlers = {}\n\ndef emit(e):\n    for h in handlers.values():\n        h(e)\n",
        },
        {
          path: "pkg/api.py",
          source: "from pkg.state import handlers\n\ndef plug(name, h):\n    handlers[name] = h\n",
        },
      ],
    });
    expect(report.findings).toMatchObject([{ rule: "NG111", path: "pkg/state.py", line: 4 }]);
  });

  test("modules that import each other in a circle end", async () => {
    const report = await analyze({
      sources: [
        { path: "a.py", source: "from b import x\n\ndef f():\n    x.append(1)\n" },
        { path: "b.py", source: "from a import x\n\ndef g():\n    x.pop()\n" },
      ],
    });
    expect(report.errors).toEqual([]);
  });

  test("classes that inherit from each other in a circle end", async () => {
    await check("class A(B):\n    def f(self):\n        self.n += 1\n\nclass B(A):\n    pass\n");
  });

  test("the order of the files does not change what is found", async () => {
    const sources = [
      { path: "p/a.py", source: "n = 0\n\ndef f():\n    global n\n    n += 1\n" },
      { path: "p/b.py", source: "import p.a\n\ndef g():\n    p.a.n += 1\n" },
    ];
    const forwards = await analyze({ sources });
    const backwards = await analyze({ sources: [...sources].reverse() });
    expect(backwards.findings.map(({ path, line, rule }) => [path, line, rule])).toEqual(
      forwards.findings.map(({ path, line, rule }) => [path, line, rule]),
    );
  });
});

describe("target", () => {
  const csv =
    "import csv\nimport sys\n\n_out = csv.writer(sys.stdout)\n\ndef log(row):\n    _out.writerow(row)\n";

  test("a crash that is fixed is no longer critical", async () => {
    expect((await check(csv, { target: "3.13t" }))[0]).toMatchObject({ rule: "NG204", severity: "critical" });
    expect((await check(csv, { target: "3.14.1t" }))[0]).toMatchObject({ rule: "NG204", severity: "medium" });
  });

  test.each(["4.0", "3.8", "3.12t", "3.14T", "", "three"])(
    "%j is refused with what is allowed",
    async (target) => {
      await expect(analyze({ sources: [], target })).rejects.toThrow(/option "target".*3\.14t/);
    },
  );

  test("neither paths nor sources is refused", async () => {
    await expect(analyze({})).rejects.toThrow(/option "paths"/);
  });
});

describe("positions", () => {
  test("columns are UTF-16 units from 1, behind wide characters too", async () => {
    const [finding] = await check('n = 0\n\ndef f():\n    global n\n    s = "äß😀"; n += 1\n');
    expect(finding).toMatchObject({ line: 5, column: 17, endLine: 5, endColumn: 23 });
  });

  test("carriage returns and a byte order mark do not move lines", async () => {
    const [finding] = await check("\ufeffn = 0\r\n\r\ndef f():\r\n    global n\r\n    n += 1\r\n");
    expect(finding).toMatchObject({ line: 5, column: 5 });
  });
});
