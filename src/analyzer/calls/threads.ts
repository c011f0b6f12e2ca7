/** Where threads begin, and which functions they reach. */
import { BlockKind, Op } from "../summaries/index.js";
import type { ClassInfo, FunctionInfo, ThreadEntry } from "./entities.js";
import type { Project } from "./project.js";

interface Starter {
  readonly callee: RegExp;
  readonly description: string;
  readonly isPooled: boolean;
}

/** Calls by dotted name whose function arguments run in another thread. */
const STARTERS: readonly Starter[] = [
  { callee: /(?:^|\.)(?:threading\.)?Thread$/, description: "a threading.Thread target", isPooled: false },
  { callee: /(?:^|\.)Timer$/, description: "a threading.Timer function", isPooled: false },
  { callee: /(?:^|\.)start_new_thread$/, description: "a _thread.start_new_thread target", isPooled: false },
  { callee: /(?:^|\.)to_thread$|(?:^|\.)run_sync$/, description: "run by asyncio.to_thread", isPooled: true },
  { callee: /(?:^|\.)run_in_executor$/, description: "run by run_in_executor", isPooled: true },
  { callee: /^signal\.signal$/, description: "a signal handler", isPooled: false },
];
const POOL_METHODS: Readonly<Record<string, string>> = {
  submit: "submitted to an executor",
  apply_async: "submitted to a pool",
  map_async: "submitted to a pool",
  imap: "submitted to a pool",
  imap_unordered: "submitted to a pool",
  starmap: "submitted to a pool",
  run_in_executor: "run by run_in_executor",
  add_done_callback: "a done callback, run by the worker thread",
};
/** `x.map(f, …)` is a pool's if `x` looks like one. */
const POOL_NAME = /pool|executor|workers/i;
const POOL_TYPE = /ThreadPool|Executor/;

/** Base classes by last name whose named methods run in threads of their own. */
const THREADED_BASES: readonly { base: RegExp; methods: RegExp; description: string; isPooled: boolean }[] = [
  {
    base: /(?:^|\.)(?:Thread|Timer|\w*Thread)$/,
    methods: /^run$/,
    description: "the run method of a thread",
    isPooled: false,
  },
  {
    base: /(?:HTTPRequestHandler|BaseRequestHandler|StreamRequestHandler)$/,
    methods: /^(?:do_[A-Z]+|handle)$/,
    description: "a request handler",
    isPooled: true,
  },
  {
    base: /^nogil\.Adapter$/,
    methods: /^[a-z]\w*$/,
    description: "a method of a nogil.Adapter",
    isPooled: true,
  },
];
const THREAD_SAFE_DECORATOR = /(?:^|\.)(?:thread_safe|tool)$/;

const LOOPS = new Set([BlockKind.While, BlockKind.For, BlockKind.Comprehension]);

/** More entries say nothing new about a function. */
const MAX_ENTRIES_PER_FUNCTION = 4;

export function findThreads(project: Project): void {
  for (const info of project.functions) {
    startsIn(project, info);
    serverEntry(project, info);
  }
  for (const info of project.classes) threadedClass(project, info);
  for (const entry of project.entries) spread(entry);
}

function add(project: Project, entry: ThreadEntry): void {
  if (!entry.function.file.isTest) project.entries.push(entry);
}

/** Threads that a function starts. */
function startsIn(project: Project, info: FunctionInfo): void {
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    const op = file.op(row);
    if (op !== Op.Pass) continue;
    const entity = project.entity(file, row);
    if (entity.kind !== "function") continue;
    const starter = starterAround(project, info, row);
    if (starter === undefined) continue;
    add(project, {
      description: starter.description,
      function: entity.function,
      start: { caller: info, row },
      isPooled: starter.isPooled || isInLoop(info, row),
    });
  }
}

function isInLoop(info: FunctionInfo, row: number): boolean {
  const { file } = info;
  for (let block = file.blockOf(row); block !== 0; block = file.parentBlock(block)) {
    if (LOOPS.has(file.blockKind(block))) return true;
  }
  return false;
}

/** The starting call that a function is passed to, directly or through `partial`. */
function starterAround(
  project: Project,
  info: FunctionInfo,
  pass: number,
): { description: string; isPooled: boolean } | undefined {
  const { file } = info;
  const start = file.start(pass);
  const end = file.end(pass);
  // The call is recorded behind its arguments, within a few events.
  for (let row = pass; row < info.lastRow && row < pass + 24; row++) {
    const op = file.op(row);
    if (op === Op.Pass && row === pass) {
      const key = file.keyText(row);
      const direct = matchStarter(file.nameOf(row), key);
      if (direct !== undefined) return direct;
      // The pool itself may be a local: `with ThreadPoolExecutor() as pool: pool.submit(f)`.
      const description = POOL_METHODS[file.nameOf(row)];
      if (description !== undefined && (key === "#0" || file.nameOf(row) === "run_in_executor")) {
        return { description, isPooled: file.nameOf(row) !== "add_done_callback" };
      }
      continue;
    }
    if (file.start(row) > start || file.end(row) < end) continue;
    if (op === Op.Method) {
      const name = file.nameOf(row);
      const description = POOL_METHODS[name];
      if (description !== undefined) return { description, isPooled: name !== "add_done_callback" };
      if (name === "map") {
        const pool = project.variable(file, row);
        const types = [...(pool?.types ?? [])];
        if (pool !== undefined && (POOL_NAME.test(pool.name) || types.some((type) => POOL_TYPE.test(type)))) {
          return { description: "mapped by an executor", isPooled: true };
        }
      }
    } else if (op === Op.Call) {
      const entity = project.entity(file, row);
      const dotted = entity.kind === "foreign" ? entity.dotted : "";
      const found = matchStarter(dotted, "target");
      if (found !== undefined) return found;
      if (entity.kind === "class" && isThreadClass(entity.class)) {
        return { description: "a threading.Thread target", isPooled: false };
      }
    }
  }
  return undefined;
}

function matchStarter(callee: string, key: string): Starter | undefined {
  if (callee === "") return undefined;
  const found = STARTERS.find((starter) => starter.callee.test(callee));
  // `Thread(name=f)` starts nothing.
  return found !== undefined && key !== "name" && key !== "daemon" ? found : undefined;
}

function isThreadClass(info: ClassInfo): boolean {
  for (const base of info.allExternalBases()) if (THREADED_BASES[0]!.base.test(base)) return true;
  return false;
}

function threadedClass(project: Project, info: ClassInfo): void {
  for (const { base, methods, description, isPooled } of THREADED_BASES) {
    let matches = false;
    for (const external of info.allExternalBases()) matches ||= base.test(external);
    if (!matches) continue;
    for (const [name, method] of info.methods) {
      if (methods.test(name)) add(project, { description, function: method, start: undefined, isPooled });
    }
  }
}

/** WSGI and ASGI applications, functions declared safe for threads. */
function serverEntry(project: Project, info: FunctionInfo): void {
  const { file } = info;
  const parameters = info.summary.parameters.map((id) => file.text(id));
  const own = info.owner === undefined ? parameters : parameters.slice(1);
  const isWsgi = own[0] === "environ" && own[1] === "start_response" && own.length === 2;
  if (isWsgi)
    add(project, { description: "a WSGI application", function: info, start: undefined, isPooled: true });
  for (const path of info.summary.decorators) {
    if (path === 0) continue;
    const entity = project.resolver.entity(file, path);
    if (
      entity.kind === "foreign" &&
      /^nogil\./.test(entity.dotted) &&
      THREAD_SAFE_DECORATOR.test(entity.dotted)
    ) {
      add(project, {
        description: "exported to a nogil pool",
        function: info,
        start: undefined,
        isPooled: true,
      });
    }
  }
}

/** Marks what an entry reaches through calls. */
function spread(entry: ThreadEntry): void {
  const pending = [entry.function];
  while (pending.length > 0) {
    const info = pending.pop()!;
    if (info.threads.has(entry) || info.threads.size >= MAX_ENTRIES_PER_FUNCTION) continue;
    info.threads.add(entry);
    for (const callee of info.callees) if (!callee.isConstructor) pending.push(callee);
  }
}
