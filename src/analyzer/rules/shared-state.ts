/** Which state can race at all, and which code can be part of a race: the guards that every NG1xx rule shares. */
import type { FunctionInfo, LinkedProject, Variable } from "../calls/index.js";
import { Op } from "../summaries/index.js";

/** What these questions need to know. */
export type Linked = Pick<LinkedProject, "project" | "locks">;

/** Types that synchronise themselves, or belong to one thread or context. */
const SAFE_TYPE =
  /(?:^|\.)(?:local|ContextVar|Event|(?:Simple|Lifo|Priority|Joinable)?Queue|R?Lock|Condition|(?:Bounded)?Semaphore|Barrier|getLogger|Logger|count|allocate_lock|get_logger|compile|namedtuple|TypeVar|NewType|Enum|Struct)$/;
const THREAD_LOCAL = /(?:^|\.)(?:local|Local|ContextVar|LocalProxy|\w*ThreadLocal\w*|\w*[Tt]hread_local\w*)$/;
const THREAD_LOCAL_NAME =
  /thread_?local|(?:^|_)tls(?:$|_)|^_?local_?(?:data|state|storage)?$|threadlocals?$/i;
/** Written once, by tools and tests, never in the life of a program. */
const NEVER_SHARED_NAMES = /^__\w+__$/;

/** True if a thread cannot see what another one does to the variable. */
export function isThreadConfined(context: Linked, variable: Variable): boolean {
  for (let at: Variable | undefined = variable; at !== undefined; at = at.container) {
    if (THREAD_LOCAL_NAME.test(at.name)) return true;
    for (const type of at.types) if (THREAD_LOCAL.test(type)) return true;
    const made = context.project.resolver.classOf(at);
    if (made !== undefined)
      for (const base of made.allExternalBases()) if (THREAD_LOCAL.test(base)) return true;
  }
  if (variable.owner !== undefined && !variable.isClassLevel) {
    for (const base of variable.owner.allExternalBases()) if (THREAD_LOCAL.test(base)) return true;
  }
  return false;
}

/** True if the object in the variable synchronises itself. */
export function isSynchronised(variable: Variable): boolean {
  for (const type of variable.types) if (SAFE_TYPE.test(type)) return true;
  return false;
}

const racing = new WeakMap<Variable, boolean>();

/** State that rules about shared data look at. */
export function canRace(context: Linked, variable: Variable): boolean {
  let races = racing.get(variable);
  if (races === undefined) {
    races = mayRace(context, variable);
    racing.set(variable, races);
  }
  return races;
}

function mayRace(context: Linked, variable: Variable): boolean {
  if (variable.kind === "parameter" || variable.kind === "cell") return false;
  if (NEVER_SHARED_NAMES.test(variable.name) && variable.name !== "__dict__") return false;
  return !isThreadConfined(context, variable) && !context.locks.isLock(variable);
}

/** Code that two threads can run at the same time with the variable in it, as far as is known. */
export function canRunConcurrently(info: FunctionInfo, variable: Variable): boolean {
  if (info.file.isTest || info.isModule) return false;
  if (info.isConstructor || info.isConstruction) {
    // What a constructor does to its own object nobody sees; what it does to the class or the module everybody does.
    const isOwn = variable.kind === "attribute" && !variable.isClassLevel;
    if (isOwn || info.isConstruction) return false;
  }
  // One event loop runs its coroutines one at a time; threads would have to enter through something else.
  return !(info.isAsync && info.threads.size === 0);
}

/** What a reader calls the event. */
export function describeOp(info: FunctionInfo, row: number): string {
  const { file } = info;
  switch (file.op(row)) {
    case Op.Write:
    case Op.ItemWrite:
      return "written";
    case Op.Update:
    case Op.ItemUpdate:
      return "updated";
    case Op.Delete:
    case Op.ItemDelete:
      return "deleted";
    case Op.Iterate:
      return "iterated";
    case Op.Method:
      return `changed by ${file.nameOf(row)}()`;
    case Op.Test:
      return "tested";
    default:
      return "read";
  }
}
