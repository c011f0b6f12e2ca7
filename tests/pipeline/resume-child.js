// A pipeline that writes down whatever it does, to be killed and started again: node resume-child.js FOLDER DELAY_MS
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { definePipeline, runPipeline } from "../../dist/pipeline/index.js";

const [folder, delay] = process.argv.slice(2);
const does = (what) => appendFileSync(join(folder, "done.log"), `${what}\n`);
const pause = () => new Promise((resolve) => setTimeout(resolve, Number(delay) * Math.random()));

const pipeline = definePipeline("killed")
  .each("double", async (value, { id }) => {
    await pause();
    does(`double ${id}`);
    return value * 2;
  })
  .all("sort", (items) => items.map(({ id, value }) => ({ id, value: value + 1 })))
  .each("publish", async (value, { id }) => {
    await pause();
    does(`publish ${id}`);
    return `${id}=${value}`;
  });

const items = Array.from({ length: 20 }, (_, index) => ({ id: `i${index}`, value: index }));
const { items: passed, report } = await runPipeline(pipeline, items, { journal: join(folder, "journal") });
console.log(JSON.stringify({ values: passed.map(({ value }) => value), report }));
