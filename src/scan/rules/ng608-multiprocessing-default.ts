/**
 * Processes that only work where they are forked. Judged by names, a file at a time: a function that another process
 * runs, and a module's variable that the parent assigned only at run time.
 */
import { isAtLeast } from "../../analyzer/index.js";
import type { Project, ProjectFile } from "../project/index.js";
import type { PackagingRule } from "./packaging-rule.js";

/** The first minor version whose default on Linux is forkserver. */
const FORKSERVER_MINOR = 14;

/** A stretch of code. */
interface Block {
  readonly name: string;
  readonly start: number;
  readonly text: string;
}

interface Started {
  /** What another process runs: a name, or `lambda`. */
  readonly target: string;
  readonly start: number;
  readonly end: number;
}

export const multiprocessingDefault: PackagingRule = {
  code: "NG608",
  name: "multiprocessing-default",
  severity: "medium",
  effect: "ready-after",
  summary: "A process is started in the default way, and works only if it is forked.",
  explanation:
    "Up to 3.13 `multiprocessing` and `ProcessPoolExecutor` forked on Linux: the child had every variable of its parent. From 3.14 on the default is forkserver, as it was already spawn on macOS and Windows: the child imports the module anew, so what the parent assigned later is missing, and what it runs must be picklable, which a lambda is not. Forking again is no way out for a program with threads: the child inherits locks that nobody will release.",
  example: "worker.py",
  unsafe:
    "from multiprocessing import Pool\n\ntable = None\n\ndef load(path):\n    global table\n    table = open(path).read().split()\n\ndef look_up(index):\n    return table[index]\n\ndef main(path):\n    load(path)\n    with Pool() as pool:\n        return pool.map(look_up, range(10))\n",
  safe: "from multiprocessing import Pool\n\ntable = None\n\ndef load(path):\n    global table\n    table = open(path).read().split()\n\ndef look_up(index):\n    return table[index]\n\ndef main(path):\n    with Pool(initializer=load, initargs=(path,)) as pool:\n        return pool.map(look_up, range(10))\n",
  fix: 'Pass what the child needs as arguments or by an initializer; where it must be forked, say so: multiprocessing.get_context("fork").',
  versions: "3.14 and newer",
  source: "Python documentation, multiprocessing, contexts and start methods",
  match(project, context) {
    if (!isAtLeast(context.target, FORKSERVER_MINOR) || choosesMethod(project)) return;
    for (const file of project.of("python")) {
      const code = usesProcesses(file) ? file.code("python") : "";
      if (!startsByDefault(code)) continue;
      const initializers = new Set([...code.matchAll(/\binitializer\s*=\s*(\w+)/g)].map(([, name]) => name));
      const functions = blocksOf(code);
      for (const { target, start, end } of startedTargets(code)) {
        const range = file.range(start, end);
        if (target === "lambda") {
          context.report(range, "another process cannot be given a lambda unless it is forked", {
            fix: "give it a function of the module",
          });
          continue;
        }
        const run = functions.find(({ name }) => name === target);
        const missing = run === undefined ? undefined : inherited(run, functions, initializers);
        if (missing !== undefined)
          context.report(
            range,
            `${target} runs in another process and reads ${missing.name}, which ${missing.setter} assigns in the parent only: it is missing unless the process is forked`,
          );
      }
    }
  },
};

function choosesMethod(project: Project): boolean {
  return project
    .of("python")
    .some((file) => usesProcesses(file) && /\bset_start_method\s*\(/.test(file.code("python")));
}

function usesProcesses({ text }: ProjectFile): boolean {
  return text.includes("multiprocessing") || text.includes("ProcessPoolExecutor");
}

/** A pool or process of the module itself, not of a context. */
function startsByDefault(code: string): boolean {
  if (/\bget_context\s*\(|\bmp_context\s*=/.test(code)) return false;
  const alias = /^[ \t]*import[ \t]+multiprocessing(?:[ \t]+as[ \t]+(\w+))?/m.exec(code);
  const names = [...(alias === null ? [] : [`${alias[1] ?? "multiprocessing"}\\.(?:Process|Pool)`])];
  if (/^[ \t]*from[ \t]+multiprocessing(?:\.\w+)?[ \t]+import\b[^\n]*\b(Process|Pool)\b/m.test(code))
    names.push("(?:Process|Pool)");
  if (code.includes("ProcessPoolExecutor")) names.push("(?:[\\w.]+\\.)?ProcessPoolExecutor");
  return names.length > 0 && new RegExp(`(?<![\\w.])(?:${names.join("|")})\\s*\\(`).test(code);
}

const TARGET =
  /\b(?:target\s*=\s*|(?:map|imap|imap_unordered|starmap|apply|apply_async|map_async|starmap_async|submit)\s*\(\s*)(\w+)/g;

function startedTargets(code: string): Started[] {
  // Threads take targets as well, and those see every variable.
  return [...code.matchAll(TARGET)]
    .filter(({ index }) => !/\b\w*Thread\w*\s*\([^()]*$/.test(code.slice(Math.max(0, index - 300), index)))
    .map((match) => {
      const target = match[1] ?? "";
      const end = match.index + match[0].length;
      return { target, start: end - target.length, end };
    });
}

/** The functions at the top of a module, and the block under `if __name__ == …`. */
function blocksOf(code: string): Block[] {
  const heads = [
    ...code.matchAll(/^(?:async[ \t]+)?(?:def[ \t]+(\w+).*|class[ \t]+\w+.*|if[ \t]+__name__\b.*|\S.*)$/gm),
  ];
  return heads.flatMap((head, index) => {
    const isMain = head[0].startsWith("if") && head[0].includes("__name__");
    if (head[1] === undefined && !isMain) return [];
    const end = heads[index + 1]?.index ?? code.length;
    return [{ name: head[1] ?? "__main__", start: head.index, text: code.slice(head.index, end) }];
  });
}

/** The first variable that the function reads and that only the parent assigns at run time. */
function inherited(
  run: Block,
  blocks: readonly Block[],
  initializers: ReadonlySet<string | undefined>,
): { name: string; setter: string } | undefined {
  for (const block of blocks) {
    if (block === run || initializers.has(block.name)) continue;
    for (const name of assignedNames(block)) {
      const word = new RegExp(`(?<![\\w.])${name}\\b(?!\\s*=[^=])`);
      const isOwn = new RegExp(
        `(?:^|[(,\\s])${name}\\s*(?:=[^=]|:[^=]+=)|\\bfor\\s+${name}\\b|\\bas\\s+${name}\\b`,
      );
      const head = /^[^\n]*\(([^)]*)\)/.exec(run.text)?.[1] ?? "";
      if (new RegExp(`\\b${name}\\b`).test(head) || isOwn.test(run.text) || !word.test(run.text)) continue;
      return { name, setter: block.name === "__main__" ? "the main program" : block.name };
    }
  }
  return undefined;
}

function assignedNames({ name, text }: Block): string[] {
  if (name === "__main__") return [...text.matchAll(/^[ \t]+(\w+)[ \t]*=[^=]/gm)].map(([, one]) => one ?? "");
  return [...text.matchAll(/^[ \t]+global[ \t]+([\w, \t]+)/gm)]
    .flatMap(([, names]) => (names ?? "").split(","))
    .map((one) => one.trim())
    .filter((one) => one !== "" && new RegExp(`^[ \\t]+${one}[ \\t]*(?::[^=\\n]+)?=[^=]`, "m").test(text));
}
