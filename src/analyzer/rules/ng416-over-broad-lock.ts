import { BlockColumn, BlockKind, RegionColumn } from "../summaries/index.js";
import { acquisitionsOf } from "./acquisitions.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

/** A section of fewer lines costs little. */
const LONG_LINES = 25;

export const overBroadLock: Rule = {
  code: "NG416",
  name: "over-broad-lock",
  severity: "performance",
  summary:
    "A lock of the module or class covers the whole of a long function that a pool of threads runs, or is taken in an inner loop.",
  explanation:
    "All threads of the pool run such a function one after the other, whatever the build: with the GIL gone, the lock takes its place, and more threads make it slower.",
  unsafe:
    "import threading\nfrom concurrent.futures import ThreadPoolExecutor\n\n_lock = threading.Lock()\n\ndef work(rows):\n    for row in rows:\n        for cell in row:\n            with _lock:\n                store(cell)\n\ndef run(parts):\n    with ThreadPoolExecutor() as pool:\n        for part in parts:\n            pool.submit(work, part)\n",
  safe: "import threading\nfrom concurrent.futures import ThreadPoolExecutor\n\n_lock = threading.Lock()\n\ndef work(rows):\n    cells = [cell for row in rows for cell in row]\n    with _lock:\n        store(cells)\n\ndef run(parts):\n    with ThreadPoolExecutor() as pool:\n        for part in parts:\n            pool.submit(work, part)\n",
  fix: "Work on data of the call and lock only for the final store; or one lock for each part of the data.",
  versions: "free-threaded builds (with the GIL nothing runs in parallel anyway)",
  source: "py-free-threading guide",
  appliesTo: (target) => target.freeThreaded,
  match(context) {
    for (const [info, own] of acquisitionsOf(context)) {
      const entry = [...info.threads].find((each) => each.isPooled);
      if (entry === undefined || info.file.isTest) continue;
      const { file } = info;
      for (const { row, lock, region } of own) {
        if (lock.kind === "attribute" && !lock.isClassLevel) continue;
        let loops = 0;
        for (let block = file.blockOf(row); block !== 0; block = file.parentBlock(block)) {
          const kind = file.blockKind(block);
          if (kind === BlockKind.For || kind === BlockKind.While) loops++;
        }
        const { regions } = file.summary;
        const start = regions[region * RegionColumn.Size + RegionColumn.Start]!;
        const end = regions[region * RegionColumn.Size + RegionColumn.End]!;
        const body = file.blockOf(row);
        const isWhole =
          file.blockKind(body) === BlockKind.Body && file.block(body, BlockColumn.End) - end < 2;
        const lines = file.lineAt(end) - file.lineAt(start);
        if (loops < 2 && !(isWhole && lines >= LONG_LINES)) continue;
        context.report({
          function: info,
          row,
          message:
            loops >= 2
              ? `${lock.text} is taken once for every turn of an inner loop: the threads of the pool spend their time handing it on`
              : `${lock.text} covers all ${lines} lines of ${info.qualifiedName}: the threads of the pool run it one after the other`,
          fix: "work on data of the call and take the lock only for the final store",
          evidence: { ...evidenceOf("T3", `${entry.function.qualifiedName} is ${entry.description}`), entry },
        });
        break;
      }
    }
  },
};
