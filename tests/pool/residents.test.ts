import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  FunctionNotFound,
  kwargs,
  NotSendable,
  type PythonError,
  type Resident,
  ResidentGone,
} from "../../src/index.js";
import { failureOf, poolOf } from "./pools.js";
import { everyWay } from "./profiles.js";

const RESIDENTS = fileURLToPath(new URL("python/residents.py", import.meta.url));

interface Model {
  readonly name: string;
  readonly scale: number;
  predict(x: readonly number[]): number[];
  predict_later(x: number): number;
  child(name: string): unknown;
  process(): number;
  fail(): never;
  is_same(other: unknown): boolean;
  sleep(seconds: number): number;
  meet(barrier: unknown): boolean;
  barrier(): unknown;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Looks again, one turn of the event loop later, until it is so; the test's own limit ends it. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await nextTurn();
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe.each(everyWay())("residents, $label", ({ python, profile }) => {
  const options = {
    module: RESIDENTS,
    python: python.path,
    profile,
    workers: 2,
    threads: profile === "thread" ? 2 : 1,
  } as const;
  const alone = { ...options, workers: 1 } as const;

  test("an object stays in its worker: methods, attributes, items, its own call", async () => {
    const pool = await poolOf(options);
    const model = await pool.create<Model>("Model", "first", kwargs({ scale: 2 }));
    expect(await model.predict([1, 2])).toEqual([2, 4]);
    expect(await model.predict_later(4)).toBe(8);
    expect([await model.name, await model.$get("scale"), await model.$length()]).toEqual(["first", 2, 3]);
    expect(await model.$item(4)).toBe("item 4");
    await model.$setItem("a", 1);
    await model.$set("scale", 3);
    expect([await model.name, await model.scale]).toEqual(["a=1", 3]);
    expect(await model.$call("", [4])).toBe(7);
    expect(await (model as unknown as (x: number) => PromiseLike<number>)(5)).toBe(8);
    expect(await model.$call("then")).toBe("a method of this name");
    expect([model.$type, model.$isAlive]).toEqual(["residents.Model", true]);
    expect(inspect(model)).toContain("residents.Model in worker");
    const places = await Promise.all(Array.from({ length: 20 }, () => model.process()));
    expect(new Set(places)).toEqual(new Set([model.$worker]));
    expect(pool.stats().residents).toBe(1);
  });

  test("is no thenable, and an async function can return it", async () => {
    const pool = await poolOf(alone);
    const made = async () => pool.create("/".concat(RESIDENTS.slice(1), ":make"), "named by its file");
    const model = await made();
    expect("then" in Object(model)).toBe(false);
    expect((model as { then?: unknown }).then).toBeUndefined();
    expect(await Promise.resolve(model)).toBe(model);
    expect(JSON.stringify({ model })).toBe("{}");
    expect((model as { _secret?: unknown })._secret).toBeUndefined();
  });

  test("a result that cannot be sent comes as a resident; with keep any result does", async () => {
    const pool = await poolOf(options);
    const model = await pool.create<Model>("Model", "parent");
    const child = (await model.child("child")) as typeof model;
    expect(await child.name).toBe("child");
    expect(child.$worker).toBe(model.$worker);
    const list = await model.$call<typeof model>("predict", [[1, 2]], { keep: true });
    expect([list.$type, await list.$item(1)]).toEqual(["list", 2]);
    expect(await pool.call("unsendable_in", ["plain"], { keep: "unsendable" })).toEqual({});
    const lock = await pool.call<typeof model>("unsendable_in", ["lock"], { keep: "unsendable" });
    expect(lock.$type).toBe("_thread.lock");
    const refused = await failureOf<NotSendable>(pool.call("unsendable_in", ["lock"]));
    expect(refused).toBeInstanceOf(NotSendable);
    expect((await failureOf(pool.call("both", [model]))).message).toContain("keep: true");
  });

  test("a call with references runs where they are, however deep they lie", async () => {
    const pool = await poolOf(options);
    await pool.ready();
    const models = await Promise.all(["a", "b", "c", "d"].map((name) => pool.create<Model>("Model", name)));
    expect(new Set(models.map(({ $worker }) => $worker)).size).toBe(2);
    for (const model of models) {
      const [names, place] = await pool.call<[string[], number]>("same", [model, [{ deep: [model] }]], {
        kwargs: { more: new Map([[1, model]]) },
      });
      expect([names.length, new Set(names).size, place]).toEqual([3, 1, model.$worker]);
      expect((await pool.call<[string[], number]>("same", [[[model]]]))[1]).toBe(model.$worker);
      expect(await pool.call("call_with", [model, "predict", [1]])).toEqual([1]);
      expect(await model.is_same(model)).toBe(true);
    }
    const [first, second] = [models[0], models.find(({ $worker }) => $worker !== models[0]?.$worker)];
    for (const args of [
      [first, second],
      [[first], [second]],
      [first, { second }],
    ]) {
      const apart = await failureOf(pool.call("same", args));
      expect(apart).toBeInstanceOf(NotSendable);
      expect(apart.message).toMatch(/residents\.Model\) lives in worker \d+, while this call is tied/);
    }
    const elsewhere = await poolOf(alone);
    expect((await failureOf(elsewhere.call("same", [first]))).message).toContain("another pool");
  });

  test("a generator method is read as a stream, closed when the loop is left, gone with the object", async () => {
    const pool = await poolOf({ ...options, workers: 2 });
    const model = await pool.create("Model", "m", kwargs({ scale: 2 }));
    const said: string[] = [];
    const ended = (word: string) => said.push(word);
    expect(await all(model.$stream("generate", [3, ended]))).toEqual([0, 2, 4]);
    for await (const item of model.$stream("generate", [1_000_000, ended])) if (item === 10) break;
    expect(said).toEqual(["closed", "closed"]);
    await expect(all(model.$stream("process"))).rejects.toMatchObject({ code: "PYTHON_ERROR" });
    await model.$free();
    await expect(all(model.$stream("generate", [1, ended]))).rejects.toMatchObject({
      code: "RESIDENT_GONE",
    });
  });

  test("calls on one object run together in threads, and one after the other in a process", async () => {
    const pool = await poolOf(options);
    const model = await pool.create<Model>("Model");
    if (profile === "thread") {
      const barrier = await model.$call<Resident>("barrier");
      await Promise.all([model.meet(barrier), model.meet(barrier)]);
    } else {
      const most = await Promise.all([1, 2, 3].map(() => model.sleep(0.01)));
      expect(most).toEqual([1, 1, 1]);
    }
  });

  test("freed by hand, by await using, and when the last reference has gone", async () => {
    const pool = await poolOf(alone);
    const model = await pool.create<Model>("Model", "freed");
    const running = model.sleep(0.02);
    const freed = model.$free();
    expect(await running).toBe(1);
    await freed;
    expect([await pool.call("alive"), pool.stats().residents, model.$isAlive]).toEqual([0, 0, false]);
    const error = await failureOf<ResidentGone>(model.predict([1]));
    expect(error).toBeInstanceOf(ResidentGone);
    expect(error).toMatchObject({ reason: "freed", type: "residents.Model", worker: model.$worker });
    expect(await failureOf(pool.call("same", [[model]]))).toBeInstanceOf(ResidentGone);
    expect(await failureOf(pool.call("same", [model]))).toBeInstanceOf(ResidentGone);
    expect(await failureOf(model.name)).toBeInstanceOf(ResidentGone);
    await model.$free();
    {
      await using scoped = await pool.create<Model>("Model", "scoped");
      expect(await scoped.name).toBe("scoped");
    }
    expect(await pool.call("alive")).toBe(0);
    for (let i = 0; i < 20; i++) await pool.create("Model", `forgotten ${i}`);
    expect(await pool.call("alive")).toBeGreaterThan(0);
    await until(async () => {
      collect();
      return pool.stats().residents === 0 && (await pool.call("alive")) === 0;
    });
  });

  test("the object of a worker that died, and calls that it took along", async () => {
    const pool = await poolOf({ ...options, grace: 10, killAfter: 10 });
    await pool.ready();
    const model = await pool.create<Model>("Model", "mortal");
    const running = model.sleep(30);
    const retried = model.$call("sleep", [30], { retry: { idempotent: true } });
    while (pool.stats().running === 0) await nextTurn();
    process.kill(model.$worker ?? 0, "SIGKILL");
    expect(await failureOf(running)).toMatchObject({ code: "WORKER_CRASHED" });
    expect(await failureOf(retried)).toBeInstanceOf(ResidentGone);
    const error = await failureOf<ResidentGone>(model.predict([1]));
    expect(error).toMatchObject({
      reason: "worker-gone",
      type: "residents.Model",
      exit: { signal: "SIGKILL" },
    });
    expect(error.message).toMatch(
      /residents\.Model\) is gone with its worker \(pid \d+\), which was killed by SIGKILL/,
    );
    expect(await failureOf(pool.call("same", [{ model }]))).toBeInstanceOf(ResidentGone);
    await model.$free();
    expect(pool.stats().residents).toBe(0);
    expect(await (await pool.create<Model>("Model", "new")).name).toBe("new");
  });

  test("errors keep the object: Python's own, wrong names, arguments that cannot be sent", async () => {
    const pool = await poolOf(alone);
    const model = await pool.create<Model>("Model");
    expect(await failureOf<PythonError>(model.fail())).toMatchObject({ type: "ValueError" });
    expect(await failureOf<PythonError>(model.$call("nothing"))).toMatchObject({ type: "AttributeError" });
    expect(() => model.$call("_secret")).toThrow("underscore");
    expect(await failureOf(model.$call("predict", [[1, Symbol("no")]]))).toMatchObject({
      path: "arguments[0][1]",
    });
    expect(await failureOf(pool.create("Nothing"))).toBeInstanceOf(FunctionNotFound);
    expect((await failureOf<PythonError>(pool.create("fail_late"))).type).toBe("RuntimeError");
    expect(() => {
      (model as unknown as Record<string, unknown>).name = 1;
    }).toThrow("$set");
    expect(await model.name).toBe("model");
    expect(pool.stats().residents).toBe(1);
  });

  test("a worker is not recycled while it keeps an object", async () => {
    const pool = await poolOf({ ...alone, recycle: { tasks: 1 } });
    const model = await pool.create<Model>("Model", "kept");
    const recycled = new Promise<void>((resolve) => pool.once("worker-recycled", () => resolve()));
    for (let i = 0; i < 20; i++) await model.predict([i]);
    const place = model.$worker;
    await model.$free();
    await recycled;
    await until(async () => (await pool.call("pid")) !== place);
  });

  test("nothing is left after calls that keep and end in any way, deaths of the worker included", async () => {
    const pool = await poolOf({ ...alone, grace: 1 });
    let held: { $free(): Promise<void>; readonly $isAlive: boolean }[] = [];
    let state = 1;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    const make = (name: string) => pool.create("Model", name).catch(() => undefined);
    for (let i = 0; i < 150; i++) {
      const choice = i % 60 === 50 ? "kill" : random(5);
      if (choice === "kill") {
        process.kill(pool.stats().workers[0]?.pid ?? 0, "SIGKILL");
        await failureOf(pool.call("pid"));
        expect(held.filter(({ $isAlive }) => $isAlive)).toEqual([]);
      } else if (choice === 0) {
        const handle = pool.submit("Model", [`cancelled ${i}`], { keep: true });
        if (random(2) === 0) await nextTurn();
        await handle.cancel();
      } else if (choice === 1) await failureOf(pool.create("fail_late"));
      else if (choice === 2) await held.splice(random(held.length + 1), 1)[0]?.$free();
      else if (choice === 3) await make("forgotten");
      else held.push(...[await make(`held ${i}`)].filter((model) => model !== undefined));
    }
    held = held.filter(({ $isAlive }) => $isAlive);
    expect(pool.stats().residents).toBeGreaterThanOrEqual(held.length);
    held = [];
    await until(async () => {
      collect();
      return pool.stats().residents === 0 && (await pool.call("alive")) === 0;
    });
    expect(await pool.call("alive")).toBe(0);
  });
});
