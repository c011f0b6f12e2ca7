import { Op } from "../summaries/index.js";
import type { Rule } from "./rule.js";

const PRIMITIVE =
  /^asyncio\.(?:Lock|Event|Queue|LifoQueue|PriorityQueue|Condition|Semaphore|BoundedSemaphore|Future)$/;
const QUIET = new Set(["is_set", "locked", "qsize", "empty", "full", "done"]);

export const asyncioPrimitiveAcrossThreads: Rule = {
  code: "NG415",
  name: "asyncio-primitive-across-threads",
  severity: "high",
  summary: "A primitive of asyncio is used from another thread than its event loop's.",
  explanation:
    "Queues, events and futures of asyncio are not safe for threads: they change lists that the loop is working on, and they do not wake the loop. The consumer goes on sleeping until something else wakes it.",
  unsafe:
    "import asyncio\nimport threading\n\n_queue = asyncio.Queue()\n\ndef produce():\n    _queue.put_nowait(1)\n\ndef start():\n    threading.Thread(target=produce).start()\n",
  safe: "import asyncio\nimport threading\n\n_queue = asyncio.Queue()\n\ndef produce(loop):\n    loop.call_soon_threadsafe(_queue.put_nowait, 1)\n\ndef start(loop):\n    threading.Thread(target=produce, args=(loop,)).start()\n",
  fix: "Go through `loop.call_soon_threadsafe`, or use queue.Queue and threading.Event.",
  versions: "every version",
  source: "asyncio documentation, concurrency and multithreading",
  match(context) {
    for (const variable of context.project.variables) {
      if (![...variable.types].some((type) => PRIMITIVE.test(type))) continue;
      for (const { function: info, row } of variable.accesses) {
        const { file } = info;
        const [entry] = info.threads;
        if (entry === undefined || info.isAsync || file.op(row) !== Op.Method || QUIET.has(file.nameOf(row)))
          continue;
        context.report({
          function: info,
          row,
          message: `${variable.text} belongs to an event loop, and ${info.qualifiedName} calls ${file.nameOf(row)}() on it from another thread: the loop is not woken, and its lists change under it`,
          fix: `loop.call_soon_threadsafe(${variable.text}.${file.nameOf(row)}, …)`,
          evidence: { tier: "T3", why: `${entry.function.qualifiedName} is ${entry.description}`, entry },
        });
      }
    }
  },
};
