/** One contender, one scenario, one process: prints its figures as a line of JSON. */
import { CONTENDERS } from "./contenders.js";

const { contender, scenario, baseUrl, count } = JSON.parse(process.argv[2]);
const { ask, read } = await CONTENDERS[contender](baseUrl);

/** Runs `job` `total` times, `width` at a time. */
async function spread(total, width, job) {
  let next = 0;
  const lane = async () => {
    while (next < total) {
      next++;
      await job(next);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, total) }, lane));
}

function cpuMicros(since) {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

async function timed(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  return { cpu: cpuMicros(cpu), wall: performance.now() - start };
}

const SCENARIOS = {
  /** Plain answers, `width` in flight. */
  async requests(width) {
    await spread(Math.min(count / 2, 1_000), width, () => ask("m"));
    const { cpu, wall } = await timed(() => spread(count, width, () => ask("m")));
    return { cpuPerRequest: cpu / count, requestsPerSecond: (count / wall) * 1_000 };
  },
  /** Streams of 500 chunks, four at a time. */
  async chunks() {
    const model = "m?chunks=500";
    await spread(8, 4, () => read(model));
    let chunks = 0;
    const { cpu } = await timed(() =>
      spread(count, 4, async () => {
        const seen = await read(model);
        chunks += seen;
      }),
    );
    return { cpuPerChunk: cpu / (count * 500), seen: chunks / count };
  },
  /** 1,000 streams of 100 tokens a second at once, for four seconds. */
  async streams() {
    const { cpu, wall } = await timed(() => spread(1_000, 1_000, () => read("m?chunks=400&rate=100")));
    return { cores: cpu / 1_000 / wall, seconds: wall / 1_000 };
  },
  /** Plain answers, one in twenty aborted on its way; memory after a collection, in five parts. */
  async memory() {
    const samples = [];
    for (let part = 0; part < 5; part++) {
      await spread(count / 5, 64, async (index) => {
        if (index % 20 !== 0) return ask("m");
        const abort = new AbortController();
        const call = ask("m?latency=20", abort.signal).catch(() => {});
        setTimeout(() => abort.abort(), 2);
        return call;
      });
      globalThis.gc();
      globalThis.gc();
      const { rss, heapUsed } = process.memoryUsage();
      samples.push({ heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 });
    }
    return { samples };
  },
};

const [name, width] = scenario.split(":");
const figures = await SCENARIOS[name](Number(width));
console.log(JSON.stringify(figures));
process.exit(0);
