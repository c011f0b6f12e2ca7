import { describe, expect, test } from "vitest";
import { bothKinds } from "../interpreters.js";
import { TypedProject } from "./typed-project.js";

const PATIENCE_MS = 300_000;

const models = `
from dataclasses import dataclass
from enum import Enum
from typing import Optional

class Color(Enum):
    RED = "red"
    BLUE = "blue"

@dataclass
class Point:
    x: float
    y: float = 0.0
    color: Color = Color.RED
    parent: "Optional[Point]" = None
`;

const stats = `
from __future__ import annotations
from decimal import Decimal
from pathlib import Path
from typing import AsyncIterator, Iterable, Iterator
from nogil import Adapter, progress
from models import Point, Color

print("Python runs")

def fibonacci(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a

def mirror(p: Point) -> Point:
    assert isinstance(p, Point) and isinstance(p.color, Color)
    return Point(p.y, p.x, Color.BLUE, p)

def kinds(path: Path | None, price: Decimal | None, pair: tuple[int, str], either: str | Path) -> list[str]:
    return [type(value).__name__.replace("Posix", "") for value in (path, price, pair, either)]

def options(a: int, b: int = 2, *, c: int = 3, **rest: int) -> list[int]:
    return [a, b, c, *rest.values()]

def variadic(*numbers: int, start: int = 0) -> int:
    return sum(numbers, start)

def only(a: int = 1, b: int = 2, /) -> int:
    return a * 10 + b

def slow(steps: int) -> int:
    import time
    for step in range(steps):
        progress(step, steps)
        time.sleep(0.01)
    return steps

def rows(count: int = 1, *, start: int = 1) -> Iterator[int]:
    yield from range(start, start + count)

async def later_rows(count: int) -> AsyncIterator[int]:
    for i in range(count):
        yield i

async def halved(n: int) -> float:
    return n / 2

def total(numbers: Iterable[int]) -> int:
    return sum(numbers)

class Table(Adapter):
    def row(self, at: int) -> int:
        return at * 2
    @staticmethod
    def width() -> int:
        return 3

class Model:
    def predict(self, x: float) -> float:
        return x

def delete(x: int) -> int:
    return -x
`;

/** Runs a program and gives what it printed as JSON, line by line. */
async function lines(python: string, program: string): Promise<unknown[]> {
  const imports =
    'import { kwargs } from "nogil";\nimport { closePools } from "nogil/bindings";\n' +
    'import * as stats from "./stats.py";\nimport { Color, Point } from "./models.py";\n' +
    "const say = (...values) => console.log(JSON.stringify(values, (_, v) => typeof v === 'bigint' ? v + 'n' : v));\n";
  const project = new TypedProject(
    { "stats.py": stats, "models.py": models, "main.js": imports + program },
    { pool: { workers: 1, output: "events" } },
  );
  const { stdout, stderr, code } = await project.run("main.js", { NOGIL_PYTHON: python });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe.each(bothKinds())("an imported Python file, on $label", ({ python }) => {
  test(
    "is called, pushed, mapped, with instances of the classes that the hints name",
    async () => {
      const said = await lines(
        python.path,
        `
      say(await stats.fibonacci(10), await stats.fibonacci(100));
      say(await stats.mirror({ x: 1, y: 2, parent: { x: 3 } }), await Point(4), Color);
      say(await stats.kinds("a", "1.5", [1, "b"], "c"), await stats.kinds(null, null, [1, "b"], "c"));
      const early = stats.fibonacci.push(20);
      say(await early.wait(), early.isReady(), early.tryGet(), await early);
      say(await stats.fibonacci.map([1, 2, 3]), await stats.options.map([[1, 2], [3, 4]], { spread: true }));
      const some = []; for await (const value of stats.fibonacci.map([4, 5])) some.push(value);
      say(some, await stats.delete(5));
      say(await stats.options(1), await stats.options(1, undefined, { c: 9, z: 10 }), await stats.options(1, 5, { c: 6 }));
      say(await stats.variadic(1, 2, 3), await stats.variadic(1, 2, kwargs({ start: 10 })), await stats.only(undefined));
      say(await stats.Table.row(4), await stats.Table.width());
      await closePools();
      say(await stats.fibonacci(11));
    `,
      );
      const mirrored = { x: 2, y: 1, color: "blue" };
      const parent = { x: 3, y: 0, color: "red", parent: null };
      expect(said).toEqual([
        [55, "354224848179261915075n"],
        [
          { ...mirrored, parent: { x: 1, y: 2, color: "red", parent } },
          { x: 4, y: 0, color: "red", parent: null },
          { RED: "red", BLUE: "blue" },
        ],
        [
          ["Path", "Decimal", "tuple", "str"],
          ["NoneType", "NoneType", "tuple", "str"],
        ],
        [true, true, 6765, 6765],
        [
          [1, 1, 2],
          [
            [1, 2, 3],
            [3, 4, 3],
          ],
        ],
        [[3, 5], -5],
        [
          [1, 2, 3],
          [1, 2, 9, 10],
          [1, 5, 6],
        ],
        [6, 13, 12],
        [8, 3],
        [89],
      ]);
    },
    PATIENCE_MS,
  );

  test(
    "takes options, reports progress, and is cancelled before and after its pool runs",
    async () => {
      const said = await lines(
        python.path,
        `
      const before = stats.slow.push(1_000_000);
      say(await before.cancel(), before.state, await before.catch((error) => error.code));
      const seen = [];
      await stats.slow.withOptions({ onProgress: ({ done }) => seen.push(done) })(3);
      say(seen);
      await stats.slow.withOptions({ timeout: 20 })(1_000_000).catch((error) => say(error.code));
      const late = stats.slow.push(1_000_000);
      say(typeof (await late.cancel()), await late.catch((error) => error.code));
    `,
      );
      expect(said).toEqual([
        ["queued", "rejected", "TASK_CANCELLED"],
        [[0, 1, 2]],
        ["TASK_TIMEOUT"],
        ["string", "TASK_CANCELLED"],
      ]);
    },
    PATIENCE_MS,
  );

  test(
    "generators, async generators and coroutines, and an iterable as an argument",
    async () => {
      const said = await lines(
        python.path,
        `
      const all = async (items) => { const seen = []; for await (const item of items) seen.push(item); return seen; };
      const some = stats.rows(3, { start: 5 });
      say(await all(some), await all(some), await all(stats.rows()));
      say(await all(stats.later_rows(4)), await all(stats.rows.withOptions({ ahead: 0, timeout: 60_000 })(2)));
      for await (const row of stats.rows(1_000_000)) if (row === 3) break;
      say(await stats.halved(3));
      async function* numbers() { yield* [1, 2, 3]; }
      say(await stats.total(numbers()), await stats.total([4, 5]));
    `,
      );
      expect(said).toEqual([
        [[5, 6, 7], [5, 6, 7], [1]],
        [
          [0, 1, 2, 3],
          [1, 2],
        ],
        [1.5],
        [6, 9],
      ]);
    },
    PATIENCE_MS,
  );

  test(
    "says what is wrong with a call in typed errors",
    async () => {
      const said = await lines(
        python.path,
        `
      const code = async (call) => { try { await call(); } catch (error) { return [error.name, error.code]; } };
      say(await code(() => stats.options(1, 2, 3)));
      say(await code(() => stats.only.map([1, 2].map(() => [undefined, 3]), { spread: true })));
      say(await code(() => stats.Model()));
      say(await code(() => stats.rows.push()));
      say(await code(() => stats.mirror({ color: "red" })));
      say(await code(() => stats.mirror({ x: 1, color: "green" })));
    `,
      );
      const python_ = ["PythonError", "PYTHON_ERROR"];
      const unsupported = ["Unsupported", "UNSUPPORTED"];
      const option = ["InvalidOption", "INVALID_OPTION"];
      const [keywords, skipped, create, ...rest] = said;
      expect([keywords, skipped]).toEqual([[option], [option]]);
      expect(create).toEqual([null]);
      expect(rest).toEqual([[unsupported], [python_], [python_]]);
    },
    PATIENCE_MS,
  );
});

test(
  "importing runs no Python, and a module that raises fails the first call",
  async () => {
    const project = new TypedProject({
      "loud.py": 'print("Python runs")\nraise RuntimeError("at import")\ndef f() -> int: ...\n',
      "main.js":
        'import { f } from "./loud.py";\nconsole.log("imported", typeof f);\n' +
        "await f().catch((error) => console.log(error.name, error.code));\n",
    });
    await project.declare();
    const { stdout, code } = await project.run("main.js");
    expect(code).toBe(0);
    expect(stdout.split("\n")[0]).toBe("imported function");
    expect(stdout.trim().split("\n").at(-1)).toBe("ModuleLoadFailed MODULE_LOAD_FAILED");
  },
  PATIENCE_MS,
);

test(
  "a file that is not there, or does not parse, fails the import with its place",
  async () => {
    const project = new TypedProject({
      "broken.py": "def f(:\n    pass\n",
      "main.js":
        'for (const name of ["./missing.py", "./broken.py"])\n' +
        "  await import(name).catch(({ name, code, line, column, file }) =>\n" +
        '    console.log(name, code, line, column, file.split("/").at(-1)));\n',
    });
    const { stdout } = await project.run("main.js");
    expect(stdout.trim().split("\n")).toEqual([
      "PythonSourceError PYTHON_SOURCE undefined undefined missing.py",
      "PythonSourceError PYTHON_SOURCE 1 6 broken.py",
    ]);
  },
  PATIENCE_MS,
);

test(
  "a wrong configuration is named with its file",
  async () => {
    const project = new TypedProject(
      {
        "f.py": "def f() -> int:\n    return 1\n",
        "main.js":
          'import { f } from "./f.py";\nawait f().catch((error) => console.log(error.code, error.message));\n',
      },
      { pool: { module: "x" } },
    );
    const { stdout } = await project.run("main.js");
    expect(stdout).toMatch(/^INVALID_OPTION .*package\.json: pool\.module/);
  },
  PATIENCE_MS,
);
