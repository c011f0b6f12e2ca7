import { expect, test } from "vitest";
import { bothKinds } from "../interpreters.js";
import { TypedProject } from "./typed-project.js";

const PATIENCE_MS = 300_000;

const shapes = `
from __future__ import annotations
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Optional

class Shelf:
    """What is on it stays in Python."""
    def __init__(self, label: str, *, width: int = 1):
        self.label = label
        self.width = width
        self._items: list[str] = []
        self.above: Optional[Shelf] = None

    @property
    def count(self) -> int:
        return len(self._items)

    def put(self, item: str, *, times: int = 1) -> int:
        self._items += [item] * times
        return self.count

    def put_file(self, file: Path) -> str:
        self._items.append(file.name)
        return type(file).__name__.replace("Posix", "")

    def stack(self, other: Shelf) -> Shelf:
        other.above = self
        return other

    def visit(self, each: Callable[[str, int], int]) -> list[int]:
        return [each(item, at) for at, item in enumerate(self._items)]

    def each(self, *, prefix: str = "") -> Iterator[str]:
        for item in self._items:
            yield prefix + item

    def broken(self) -> list[Shelf]:
        return [self]

def first_of(shelves: list[Shelf]) -> str:
    return shelves[0].label

def find(label: str, shelf: Shelf) -> Shelf | None:
    return shelf if shelf.label == label else None

def apply(f: Callable[[int], int], x: int) -> int:
    return f(x)

def adder(n: int) -> Callable[[int], int]:
    return lambda x: x + n
`;

const right = `
import { adder, apply, find, first_of, Shelf } from "./shapes.py";
const said: unknown[] = [];
await using shelf = await Shelf("low", { width: 2 });
said.push(await shelf.put("a"), await shelf.put("b", { times: 2 }), await shelf.count, await shelf.label, await shelf.width);
said.push(await shelf.put_file("/tmp/x.txt"));
said.push(await shelf.visit((item, at) => item.length + Number(at)));
said.push(await shelf.visit(async (item) => item.length));
const each: string[] = [];
for await (const item of shelf.each({ prefix: "-" })) each.push(item);
said.push(each.join());
const upper = await Shelf.withOptions({ priority: 1 })("high");
const same = await shelf.stack(upper);
said.push(await same.put("c", { times: 3 }), await (await same.above)?.count, await first_of([same, shelf]));
const found = await find("low", shelf);
said.push(await found?.put("d", { times: 2 }), await find("none", shelf));
said.push(await apply((x) => Number(x) * 2, 4), await apply(async (x) => x, 5));
const add = await adder(3);
said.push(await add(4));
const pushed = await find.push("low", shelf);
said.push(await pushed?.put("e", { times: 2 }));
const failed = await shelf.broken().catch((error: { code: string }) => error.code);
said.push(failed);
await shelf.$free();
said.push(await shelf.put("late").catch((error: { code: string }) => error.code));
console.log(JSON.stringify(said));
`;

const wrong = [
  "await m.Shelf(1);",
  'await m.Shelf("a", { height: 1 });',
  "await (await m.Shelf('a')).put(1);",
  "await (await m.Shelf('a')).put('a', { times: 'b' });",
  "await (await m.Shelf('a')).nothing();",
  "const n: string = await (await m.Shelf('a')).count;",
  "await (await m.Shelf('a')).visit((item: number) => 1);",
  'await (await m.Shelf("a")).visit((item) => item);',
  'await m.find("a", { label: "a" });',
  "await m.apply((x: string) => 1, 1);",
  'await m.apply(() => "a", 1);',
  "await m.apply(1, 1);",
  'await (await m.adder(1))("a");',
];

test(
  "tsc passes right uses of classes and functions as arguments, and fails each wrong one",
  async () => {
    const lines = wrong.map((line) => `await (async () => { ${line} })();`).join("\n");
    const project = new TypedProject({
      "shapes.py": shapes,
      "right.ts": right,
      "wrong.ts": `import * as m from "./shapes.py";\n${lines}\n`,
    });
    await project.declare();
    const errors = project.typeErrors();
    expect(errors.filter((error) => !error.startsWith("wrong.ts"))).toEqual([]);
    const failing = new Set(errors.map((error) => Number(error.split(":")[1])));
    expect(wrong.filter((_, at) => !failing.has(at + 2))).toEqual([]);
  },
  PATIENCE_MS,
);

test.each(bothKinds())(
  "imported classes and functions as arguments work, on $label",
  async ({ python }) => {
    const { transpileModule, ModuleKind, ScriptTarget } = (await import("typescript")).default;
    const options = { compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 } };
    const project = new TypedProject(
      { "shapes.py": shapes, "main.js": transpileModule(right, options).outputText },
      { pool: { workers: 1, output: "events" } },
    );
    const { stdout, stderr, code } = await project.run("main.js", { NOGIL_PYTHON: python.path });
    expect([stderr, code]).toEqual(["", 0]);
    expect(JSON.parse(stdout)).toEqual([
      ...[1, 3, 3, "low", 2, "Path", [1, 2, 3, 8], [1, 1, 1, 5], "-a,-b,-b,-x.txt"],
      ...[3, 4, "high", 6, null, 8, 5, 7, 8, "NOT_SENDABLE", "RESIDENT_GONE"],
    ]);
  },
  PATIENCE_MS,
);
