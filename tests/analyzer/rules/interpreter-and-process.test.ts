import { describe, expect, test } from "vitest";
import { expectLines, findings, type RuleCase } from "./findings.js";

/** A module whose function `work` runs in a thread; its body begins at line 5. */
const inThread = (imports: string, body: string): string =>
  `import threading\n${imports}\n\ndef work():\n${body}\n\nthreading.Thread(target=work).start()\n`;

const CASES: readonly RuleCase[] = [
  [
    "NG001",
    "a frame that is handed to a thread; not one's own",
    "import inspect\nimport sys\nimport threading\n\ndef watch(frame):\n    print(frame.f_locals)\n\ndef start():\n    threading.Thread(target=watch, args=(sys._getframe(),)).start()\n    print(sys._getframe().f_locals, inspect.currentframe().f_locals)\n",
    [6],
  ],
  [
    "NG003",
    "every wrong question",
    'import os\nimport sys\nimport sysconfig\n\nGIL_ENABLED = not sysconfig.get_config_var("Py_GIL_DISABLED")\nBUILD = sysconfig.get_config_var("Py_GIL_DISABLED")\nKEPT = sys._is_gil_enabled()\n\ndef a():\n    return "free-threading" in sys.version\n\ndef b():\n    return os.environ["PYTHON_GIL"] == "0"\n\ndef c():\n    if hasattr(sys, "_is_gil_enabled"):\n        return 8\n\ndef d():\n    if hasattr(sys, "_is_gil_enabled"):\n        return sys._is_gil_enabled()\n',
    [5, 7, 10, 13, 16],
  ],
  [
    "NG004",
    "a docstring too; not where a lock is held",
    'import threading\n\n_lock = threading.Lock()\n\ndef a(x):\n    """Adds; safe because of the GIL."""\n    x.append(1)\n\ndef b(x):\n    # The GIL protects this.\n    with _lock:\n        x.append(1)\n',
    [5],
  ],
  ["NG005", "not a small interval", "import sys\n\ndef provoke():\n    sys.setswitchinterval(1e-6)\n", []],
  [
    "NG006",
    "PyGILState_Ensure; not a library loaded with CDLL",
    "import ctypes\n\n_lib = ctypes.CDLL('x.so')\n\ndef f():\n    ctypes.pythonapi.PyGILState_Ensure()\n    _lib.f()\n",
    [6],
  ],
  ["NG302", "umask", inThread("import os", "    os.umask(0o77)"), [5]],
  [
    "NG303",
    "update and delete; not the copy given to a child",
    inThread(
      "import os",
      "    os.environ.update(A='1')\n    del os.environ['A']\n    env = dict(os.environ, A='1')",
    ),
    [5, 6],
  ],
  [
    "NG304",
    "not where the locale is only read",
    inThread("import locale", "    locale.setlocale(locale.LC_ALL, None)"),
    [],
  ],
  ["NG305", "assignment", inThread("import sys", "    sys.stdout = None"), [5]],
  ["NG306", "paths of imports", inThread("import sys", "    sys.path.insert(0, '/x')"), [5]],
  ["NG307", "NumPy's", inThread("import numpy as np", "    np.random.seed(1)"), [5]],
  ["NG308", "an attribute", inThread("import tempfile", "    tempfile.tempdir = '/x'"), [5]],
  [
    "NG312",
    "not a binary file, which has a lock",
    "import threading\n\n_log = open('run.log', 'ab')\n\ndef work():\n    _log.write(b'1')\n\ndef start():\n    for _ in range(2):\n        threading.Thread(target=work).start()\n",
    [],
  ],
  [
    "NG313",
    "a connection of the main thread in another one",
    "import sqlite3\nimport threading\n\n_db = sqlite3.connect('x')\n\ndef work():\n    _db.execute('')\n\nthreading.Thread(target=work).start()\n",
    [7],
  ],
  [
    "NG314",
    "not where the error is caught",
    inThread(
      "import os",
      "    if os.path.exists('x'):\n        try:\n            os.remove('x')\n        except OSError:\n            pass",
    ),
    [],
  ],
  ["NG315", "pyplot in a thread", inThread("import matplotlib.pyplot as plt", "    plt.plot([1])"), [5]],
];

describe("the interpreter and the process", () => {
  test.each(CASES)("%s: %s", async (...one) => {
    await expectLines(one);
  });

  test("process-wide state counts where threads are: not at import, under a lock or in a program of one thread", async () => {
    const one = "import os\n\nos.chdir('/')\n\ndef build():\n    os.chdir('/tmp')\n";
    expect(await findings("NG302", one)).toEqual([]);
    expect(await findings("NG302", one, { strict: true })).toMatchObject([
      { line: 6, tier: "T0", severity: "low" },
    ]);
    const locked = inThread("import os\n_lock = threading.Lock()", "    with _lock:\n        os.chdir('/')");
    expect(await findings("NG302", locked)).toEqual([]);
    const beside = inThread("import os", "    pass\n\ndef build():\n    os.chdir('/tmp')");
    expect(await findings("NG302", beside)).toMatchObject([{ tier: "T1", severity: "high" }]);
  });
});

describe("versions", () => {
  const count = async (code: string, source: string, target: string) =>
    (await findings(code, source, { target })).map(({ severity }) => severity);

  test("NG301: filters of warnings are each thread's own from 3.14t on", async () => {
    const source = inThread("import warnings", "    with warnings.catch_warnings():\n        print()");
    expect(await count("NG301", source, "3.13t")).toEqual(["high"]);
    expect(await count("NG301", source, "3.12")).toEqual(["high"]);
    expect(await count("NG301", source, "3.14")).toEqual(["medium"]);
    expect(await count("NG301", source, "3.14t")).toEqual([]);
    expect(await count("NG301", source, "3.15t")).toEqual([]);
  });

  test("NG309: decimal contexts are inherited from 3.14t on", async () => {
    const source = `import decimal\ndecimal.getcontext().prec = 5\n${inThread("", "    print(decimal.Decimal(1) / 3)")}`;
    expect(await count("NG309", source, "3.13t")).toEqual(["medium"]);
    expect(await count("NG309", source, "3.14")).toEqual(["medium"]);
    expect(await count("NG309", source, "3.14t")).toEqual([]);
  });

  test("NG002: less dangerous with each release, and nothing with the GIL", async () => {
    const source =
      "import sys\n\ndef f():\n    for frame in sys._current_frames().values():\n        print(frame.f_back)\n";
    expect(await count("NG002", source, "3.13t")).toEqual(["high"]);
    expect(await count("NG002", source, "3.14.3t")).toEqual(["medium"]);
    expect(await count("NG002", source, "3.14.4t")).toEqual(["low"]);
    expect(await count("NG002", source, "3.13")).toEqual([]);
  });

  test("NG003: sys._is_gil_enabled is missing before 3.13", async () => {
    const source = "import sys\n\ndef f():\n    return sys._is_gil_enabled()\n";
    expect(await count("NG003", source, "3.12")).toEqual(["medium"]);
    expect(await count("NG003", source, "3.13t")).toEqual([]);
  });
});
