import { describe, expect, test } from "vitest";
import { expectLines, findings, type RuleCase } from "./findings.js";

const POOL = "from concurrent.futures import ThreadPoolExecutor\n";

const CASES: readonly RuleCase[] = [
  [
    "NG501",
    "a daemon, or a thread that loops, is meant to be left alone",
    "import threading\n\ndef serve():\n    while True:\n        print()\n\ndef once():\n    pass\n\ndef start():\n    threading.Thread(target=serve).start()\n    threading.Thread(target=once, daemon=True).start()\n    threading.Thread(target=once).start()\n",
    [13],
  ],
  [
    "NG502",
    "a nested function, a variable of the body, a loop at module level",
    `${POOL}import threading\n\ndef each(rows, pool):\n    for row in rows:\n        name = row.name\n        def save():\n            print(name)\n        threading.Thread(target=save).start()\n\nfor number in range(3):\n    threading.Thread(target=lambda: print(number)).start()\n`,
    [9, 12],
  ],
  [
    "NG502",
    "not if the value is bound as a default, or the round waits for its task",
    `${POOL}def each(rows, pool):\n    for row in rows:\n        pool.submit(lambda row=row: print(row))\n    for row in rows:\n        pool.submit(lambda: print(row)).result()\n    for row in rows:\n        with ThreadPoolExecutor() as own:\n            own.submit(lambda: print(row))\n`,
    [],
  ],
  [
    "NG503",
    "results of map that nobody reads; not where the task catches everything itself",
    `${POOL}def careful(n):\n    try:\n        print(n)\n    except Exception:\n        pass\n\ndef plain(n):\n    print(n)\n\ndef run(numbers):\n    with ThreadPoolExecutor() as pool:\n        pool.map(plain, numbers)\n        pool.submit(careful, 1)\n        list(pool.map(plain, numbers))\n`,
    [13],
  ],
  [
    "NG503",
    "a future that a list of the function's own keeps is not thrown away",
    `${POOL}def work():\n    pass\n\ndef run():\n    futures = []\n    with ThreadPoolExecutor() as pool:\n        for _ in range(3):\n            futures.append(pool.submit(work))\n    return [future.result() for future in futures]\n`,
    [],
  ],
  [
    "NG504",
    "a task made in a thread; not in a thread that runs its own loop",
    "import asyncio\nimport threading\n\nasync def job():\n    pass\n\ndef wrong():\n    asyncio.create_task(job())\n\ndef right():\n    loop = asyncio.new_event_loop()\n    loop.call_soon(print)\n    loop.run_forever()\n\ndef start():\n    threading.Thread(target=wrong).start()\n    threading.Thread(target=right).start()\n",
    [8],
  ],
  [
    "NG505",
    "locks, queues, futures and subprocesses; not in functions inside, nor what is awaited or asks at once",
    `${POOL}import asyncio\nimport queue\nimport subprocess\nimport threading\nimport time\n\n_lock = threading.Lock()\n_jobs = queue.Queue()\n_alock = asyncio.Lock()\n\nasync def work(pool: ThreadPoolExecutor, f):\n    _lock.acquire()\n    try:\n        _jobs.get()\n    finally:\n        _lock.release()\n    future = pool.submit(f)\n    future.result()\n    subprocess.run(["true"])\n\nasync def fine(f):\n    await _alock.acquire()\n    if _lock.acquire(False):\n        _jobs.get(False)\n    def later():\n        time.sleep(1)\n    await asyncio.to_thread(later)\n`,
    [13, 15, 19, 20],
  ],
  [
    "NG506",
    "not if nothing is awaited in between",
    "import threading\n\n_local = threading.local()\n\nasync def f(user, send):\n    _local.user = user\n    name = _local.user\n    await send(name)\n",
    [],
  ],
  [
    "NG507",
    "a constructor is one thread too; not if the function sets it or is ready for its absence",
    "import threading\n\nclass Session:\n    def __init__(self):\n        self.local = threading.local()\n        self.local.user = None\n        self.local.depth = 0\n\n    def user(self):\n        return self.local.user\n\n    def depth(self):\n        try:\n            return self.local.depth\n        except AttributeError:\n            return 0\n",
    [10],
  ],
  [
    "NG508",
    "preexec_fn beside threads; not a fork that execs",
    "import os\nimport subprocess\nimport threading\n\ndef run(f):\n    threading.Thread(target=watch).start()\n    subprocess.Popen(['true'], preexec_fn=os.setsid)\n    if os.fork() == 0:\n        os.execv('/bin/true', ['true'])\n\ndef watch():\n    pass\n",
    [7],
  ],
  [
    "NG509",
    "printing and logging; not in a handler that ends the process or sets an event",
    "import logging\nimport signal\nimport sys\nimport threading\n\nlog = logging.getLogger('x')\nstop = threading.Event()\n\ndef on_one(signum, frame):\n    print('one')\n    log.info('one')\n\ndef on_two(signum, frame):\n    print('bye')\n    sys.exit(1)\n\ndef on_three(signum, frame):\n    stop.set()\n\nsignal.signal(signal.SIGUSR1, on_one)\nsignal.signal(signal.SIGTERM, on_two)\nsignal.signal(signal.SIGINT, on_three)\n",
    [10, 11],
  ],
  [
    "NG510",
    "not where the thread asks which one it is, or is ready for the error",
    "import signal\nimport threading\n\ndef serve():\n    try:\n        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    except ValueError:\n        pass\n\ndef other():\n    if threading.current_thread() is threading.main_thread():\n        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n\nthreading.Thread(target=serve).start()\nthreading.Thread(target=other).start()\n",
    [],
  ],
  [
    "NG511",
    "join with a timeout is not enough; a block of an executor is",
    `${POOL}import threading\n\nclass Runner:\n    def __init__(self):\n        self.errors = []\n\n    def work(self):\n        self.errors.append(ValueError())\n\n    def wrong(self):\n        thread = threading.Thread(target=self.work)\n        thread.start()\n        thread.join(1)\n        raise ExceptionGroup('failed', self.errors)\n\n    def right(self):\n        with ThreadPoolExecutor() as pool:\n            pool.submit(self.work).add_done_callback(print)\n        raise ExceptionGroup('failed', self.errors)\n`,
    [15],
  ],
  [
    "NG511",
    "a task group used from a thread",
    "import asyncio\nimport threading\n\nasync def job():\n    pass\n\nasync def main():\n    async with asyncio.TaskGroup() as group:\n        def work():\n            group.create_task(job())\n        threading.Thread(target=work).start()\n",
    [10],
  ],
  [
    "NG513",
    "a subclass that starts itself; not for what has a value before",
    "import threading\n\nclass Worker(threading.Thread):\n    limit = 1\n\n    def __init__(self, jobs):\n        super().__init__()\n        self.name_ = 'x'\n        self.start()\n        self.jobs = jobs\n\n    def run(self):\n        print(self.jobs)\n\nclass Fine(threading.Thread):\n    limit = 1\n\n    def __init__(self, limit):\n        super().__init__()\n        self.start()\n        self.limit = limit\n\n    def run(self):\n        print(self.limit)\n",
    [9],
  ],
  [
    "NG515",
    "not if another pool runs the inner task",
    `${POOL}_outer = ThreadPoolExecutor()\n_inner = ThreadPoolExecutor()\n\ndef part():\n    pass\n\ndef whole():\n    return _inner.submit(part).result()\n\ndef handle():\n    return _outer.submit(whole)\n`,
    [],
  ],
  [
    "NG516",
    "not if both happen under the lock that the waiter needs",
    "import threading\n\nclass Job:\n    def __init__(self):\n        self.ready = threading.Condition()\n        self.value = None\n\n    def finish(self, value):\n        with self.ready:\n            self.ready.notify_all()\n            self.value = value\n\n    def result(self):\n        with self.ready:\n            self.ready.wait()\n            return self.value\n",
    [],
  ],
  [
    "NG517",
    "an Event that is cleared by whoever starts the worker again",
    "import threading\n\nclass Poller:\n    def __init__(self):\n        self._stop = threading.Event()\n\n    def start(self):\n        self._stop.clear()\n        self._thread = threading.Thread(target=self._run)\n        self._thread.start()\n\n    def stop(self):\n        self._stop.set()\n\n    def _run(self):\n        while not self._stop.is_set():\n            pass\n",
    [8],
  ],
];

describe("threads, event loops, forks and signals", () => {
  test.each(CASES)("%s: %s", async (...one) => {
    await expectLines(one);
  });
});

describe("versions", () => {
  test("NG508: multiprocessing forks by default before 3.14 only", async () => {
    const source =
      "import multiprocessing\nimport threading\n\ndef start(f):\n    threading.Thread(target=watch).start()\n    multiprocessing.Process(target=f).start()\n\ndef watch():\n    pass\n";
    expect(await findings("NG508", source, { target: "3.13t" })).toHaveLength(1);
    expect(await findings("NG508", source, { target: "3.14t" })).toEqual([]);
  });

  test("NG514: says what the target does with the context", async () => {
    const source =
      "import threading\nfrom contextvars import ContextVar\n\n_user = ContextVar('user')\n\ndef audit():\n    print(_user.get())\n\ndef handle(user):\n    _user.set(user)\n    threading.Thread(target=audit).start()\n";
    const [newer] = await findings("NG514", source, { target: "3.14t" });
    const [older] = await findings("NG514", source, { target: "3.13t" });
    expect(newer?.message).toContain("this Python hands it the value");
    expect(older?.message).toContain("does not inherit");
  });
});
