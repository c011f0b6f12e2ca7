import { expect, test } from "vitest";
import { definePipeline, drop, type Item, reportAsMarkdown, runPipeline } from "../../src/pipeline/index.js";
import { sleep } from "../pool/pools.js";

const numbers = (count: number): Item<number>[] =>
  Array.from({ length: count }, (_, index) => ({ id: `n${index}`, value: index }));

test("items come out in the order of the input, whatever order they were finished in", async () => {
  const pipeline = definePipeline<number>("squares").each("square", async (value) => {
    await sleep(value % 2 === 0 ? 15 : 0);
    return value * value;
  });
  const { items } = await runPipeline(pipeline, numbers(9));
  expect(items.map(({ value }) => value)).toEqual([0, 1, 4, 9, 16, 25, 36, 49, 64]);
});

test("a stage never holds more items than its limit, and a sequential run one in all", async () => {
  const seen = { inStage: 0, inAll: 0, stageMost: 0, allMost: 0 };
  const pipeline = definePipeline<number>("limits")
    .each(
      "first",
      async (value) => {
        seen.stageMost = Math.max(seen.stageMost, ++seen.inStage);
        seen.allMost = Math.max(seen.allMost, ++seen.inAll);
        await sleep(3);
        seen.inStage--;
        seen.inAll--;
        return value;
      },
      { limit: 3 },
    )
    .each("second", async (value) => {
      seen.allMost = Math.max(seen.allMost, ++seen.inAll);
      await sleep(3);
      seen.inAll--;
      return value;
    });
  const parallel = await runPipeline(pipeline, numbers(12));
  expect(seen.stageMost).toBe(3);
  expect(seen.allMost).toBeGreaterThan(3);
  Object.assign(seen, { stageMost: 0, allMost: 0 });
  const sequential = await runPipeline(pipeline, numbers(12), { sequential: true });
  expect(seen).toMatchObject({ stageMost: 1, allMost: 1 });
  expect(sequential.items).toEqual(parallel.items);
});

test("a limit can be a function that moves, and an option can replace it", async () => {
  let limit = 1;
  let inside = 0;
  let most = 0;
  const pipeline = definePipeline<number>("moving").each(
    "work",
    async () => {
      most = Math.max(most, ++inside);
      await sleep(2);
      inside--;
      limit = 2;
      return 0;
    },
    { limit: () => limit },
  );
  await runPipeline(pipeline, numbers(8));
  expect(most).toBe(2);
  await runPipeline(pipeline, numbers(8), { limits: { work: 5 } });
  expect(most).toBe(5);
});

test("a failure is a dead letter with its cause, and the other items finish", async () => {
  const pipeline = definePipeline<number>("failing").each("divide", (value) => {
    if (value === 2) throw new RangeError("cannot divide 2");
    return value;
  });
  const { items, report } = await runPipeline(pipeline, numbers(4));
  expect(items.map(({ value }) => value)).toEqual([0, 1, 3]);
  expect(report.deadLetters).toEqual([
    { stage: "divide", id: "n2", reason: "cannot divide 2", code: "ERROR", attempts: 1 },
  ]);
  expect(reportAsMarkdown(report)).toContain("- divide: n2: cannot divide 2 (ERROR, 1 try)");
});

test("only failures that may pass are tried again", async () => {
  const tries = new Map<number, number>();
  const pipeline = definePipeline<number>("retries").each(
    "flaky",
    (value, { attempt }) => {
      tries.set(value, attempt);
      if (value === 0 && attempt < 3) throw Object.assign(new Error("busy"), { retryable: true });
      if (value === 1) throw new Error("wrong for good");
      return value;
    },
    { retries: 4, retryDelay: 1 },
  );
  const { report } = await runPipeline(pipeline, numbers(2));
  expect([...tries]).toEqual([
    [0, 3],
    [1, 1],
  ]);
  expect(report.deadLetters.map(({ id }) => id)).toEqual(["n1"]);
});

test("a stage that waits for ever ends at its timeout", async () => {
  const pipeline = definePipeline<number>("slow").each("wait", () => new Promise(() => {}), { timeout: 20 });
  const { report } = await runPipeline(pipeline, numbers(1));
  expect(report.deadLetters).toMatchObject([{ code: "STAGE_TIMEOUT", id: "n0" }]);
});

test("a stage for all items gets them in order, without those that ended; new items flow on", async () => {
  const pipeline = definePipeline<number>("joined")
    .each("odd", async (value) => {
      await sleep(10 - value);
      return value % 2 === 1 ? value : drop("even");
    })
    .all("pair", (items) => [
      { id: "pair", value: items.map(({ value }) => value) },
      { id: "count", value: [items.length] },
    ])
    .expand("split", (values, { id }) => values.map((value) => ({ id: `${id}/${value}`, value })));
  const { items, report } = await runPipeline(pipeline, numbers(6));
  expect(items).toEqual([
    { id: "pair/1", value: 1 },
    { id: "pair/3", value: 3 },
    { id: "pair/5", value: 5 },
    { id: "count/3", value: 3 },
  ]);
  expect(report.dropped.map(({ reason }) => reason)).toEqual(["even", "even", "even"]);
});

test("a stage for all items runs also when there are none", async () => {
  const pipeline = definePipeline<number>("empty").all("sum", (items) => [
    { id: "sum", value: items.length },
  ]);
  expect((await runPipeline(pipeline, [])).items).toEqual([{ id: "sum", value: 0 }]);
});

test("items with one id are all kept", async () => {
  const pipeline = definePipeline<number>("twins").each("same", (value) => value);
  const twins = [1, 2, 3].map((value) => ({ id: "twin", value }));
  const { items } = await runPipeline(pipeline, twins);
  expect(items).toEqual([
    { id: "twin", value: 1 },
    { id: "twin~2", value: 2 },
    { id: "twin~3", value: 3 },
  ]);
});

test("time and money are booked by kind of work, and the cap ends the spending", async () => {
  const pipeline = definePipeline<number>("paid").each(
    "ask",
    async (value, context) => {
      context.spent("llm", 40);
      context.paid(0.4);
      return value;
    },
    { work: "io", limit: 1 },
  );
  const { report, items } = await runPipeline(pipeline, numbers(5), { maxCost: 1 });
  expect(items.length).toBe(3);
  expect(report.cost).toBeCloseTo(1.2);
  expect(report.work.llm).toBe(120);
  expect(report.deadLetters[0]?.reason).toContain("its cap is $1");
});

test("progress counts every stage", async () => {
  const seen: number[] = [];
  const pipeline = definePipeline<number>("told").each("work", (value) => value);
  await runPipeline(pipeline, numbers(5), {
    onProgress: ({ stages }) => seen.push(stages[0]?.done ?? -1),
  });
  expect(seen.at(-1)).toBe(5);
});

test.each([
  [{ limits: { nowhere: 1 } }, "limits.nowhere"],
  [{ limits: { work: 0 } }, "limits.work"],
  [{ limits: { work: 1.5 } }, "limits.work"],
  [{ maxCost: -1 }, "maxCost"],
  [{ journal: "" }, "journal"],
])("refuses %j", async (options, option) => {
  const pipeline = definePipeline<number>("refused").each("work", (value) => value);
  await expect(runPipeline(pipeline, [], options)).rejects.toMatchObject({ code: "INVALID_OPTION", option });
});
