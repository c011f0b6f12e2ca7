import { FunctionFlag, Op } from "../summaries/index.js";
import { evidenceOf } from "./context.js";
import type { Rule } from "./rule.js";

const EFFECT =
  /^(?:open|connect|create_\w+|register\w*|subscribe|popen|Popen|mkdir|makedirs|mkdtemp|send|write|start\w*|spawn|install\w*|socket|Session|Client|Thread|ThreadPoolExecutor)$/;

export const lruCacheSideEffect: Rule = {
  code: "NG118",
  name: "lru-cache-side-effect",
  severity: "medium",
  summary: "A function with an effect is run once by means of `lru_cache`, which does not promise that.",
  explanation:
    "`functools.cache` and `lru_cache` keep the cache itself safe, but not the function: two threads that call it for the first time both run the body, and each gets its own result. Registrations happen twice, and of two connections one is lost.",
  unsafe:
    'from functools import lru_cache\n\n@lru_cache(maxsize=None)\ndef client():\n    return connect("db")\n',
  safe: "from functools import lru_cache\n\n@lru_cache(maxsize=None)\ndef area(width, height):\n    return width * height\n",
  fix: "Make the object at import, or check under a lock.",
  versions: "every version",
  source: "functools documentation (lru_cache: the function may be called more than once)",
  match(context) {
    for (const info of context.project.functions) {
      if (!info.is(FunctionFlag.Cached) || info.file.isTest) continue;
      const { file } = info;
      for (let row = info.firstRow; row < info.lastRow; row++) {
        const op = file.op(row);
        const callee =
          op === Op.Call ? file.pathName(file.pathOf(row)) : op === Op.Method ? file.nameOf(row) : "";
        const isGlobalWrite = op === Op.Write && context.project.variable(file, row)?.kind === "global";
        if (!isGlobalWrite && (!EFFECT.test(callee) || context.locks.heldAt(info, row).length > 0)) continue;
        const effect = isGlobalWrite ? "changes module state" : `calls ${callee}()`;
        context.report({
          function: info,
          row,
          message: `${info.qualifiedName} is cached to run once but ${effect}: two threads that call it first both run it`,
          fix: "make the object at import, or check under a lock",
          evidence: evidenceOf(
            "T1",
            `the cache of ${info.qualifiedName} belongs to the function: every thread shares it`,
          ),
        });
        break;
      }
    }
  },
};
