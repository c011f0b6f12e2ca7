/** What rules about threads and event loops ask: who runs a function, what an object was made by. */
import type { Evidence, FileView, FunctionInfo, ThreadEntry, Variable } from "../calls/index.js";
import { BlockKind, Op, RootKind } from "../summaries/index.js";
import type { RuleContext } from "./context.js";

/** Entries that interrupt or are called back, and so are no threads of their own. */
const NO_THREAD = /^(?:a signal handler|a done callback)/;

/** A call is recorded behind its arguments, within a few events. */
const MAX_ARGUMENT_EVENTS = 12;

const LOOPS = [BlockKind.While, BlockKind.For, BlockKind.Comprehension] as const;

/** How far callees are followed. */
const MAX_REACHED = 40;

/** The thread that runs a function, if one is visible. */
export function threadOf(info: FunctionInfo): ThreadEntry | undefined {
  for (const entry of info.threads) if (!NO_THREAD.test(entry.description)) return entry;
  return undefined;
}

/** A thread that the project itself starts: no handler of a server's. */
export function startedThreadOf(info: FunctionInfo): ThreadEntry | undefined {
  for (const entry of info.threads) if (isStarted(entry)) return entry;
  return undefined;
}

export function isStarted(entry: ThreadEntry): boolean {
  if (NO_THREAD.test(entry.description)) return false;
  return entry.start !== undefined || entry.description === "the run method of a thread";
}

export function threadEvidence(entry: ThreadEntry): Evidence {
  return { tier: "T3", why: `${entry.function.qualifiedName} is ${entry.description}`, entry };
}

/** The call that the object of an event came from, or 0. */
export function madeBy(file: FileView, row: number): number {
  const origin = file.origin(row);
  return origin === 0 ? 0 : callAround(file, origin, row);
}

/** The outermost call from an event up to another, not included, that the first is a part of; or 0. */
export function callAround(file: FileView, from: number, to: number): number {
  let found = 0;
  const last = Math.min(to, from + MAX_ARGUMENT_EVENTS);
  for (let row = from; row < last; row++) {
    const op = file.op(row);
    if (op !== Op.Call && op !== Op.Method) continue;
    if (file.start(row) <= file.start(from) && file.end(row) >= file.end(from)) found = row;
  }
  return found;
}

/** What a call calls: a dotted name of another package, a class of the project with its bases, or a method. */
export function calleesOf(context: RuleContext, file: FileView, row: number): readonly string[] {
  if (row === 0) return [];
  if (file.op(row) === Op.Method) return [file.nameOf(row)];
  const entity = context.project.entity(file, row);
  if (entity.kind === "foreign") return [entity.dotted];
  if (entity.kind === "class") return [entity.class.name, ...entity.class.allExternalBases()];
  return [];
}

/** True if the object that a method is called on is of a type, or has a telling name and no known type. */
export function isOfType(
  context: RuleContext,
  { file }: FunctionInfo,
  row: number,
  type: RegExp,
  name?: RegExp,
): boolean {
  const variable = receiverOf(context, file, row);
  if (variable !== undefined) {
    if (hasAnyType(variable, type)) return true;
    const isUnknown = [...variable.types].every((each) => each.startsWith("#"));
    if (isUnknown && name !== undefined) return name.test(variable.name);
  }
  return calleesOf(context, file, madeBy(file, row)).some((callee) => type.test(callee));
}

export function hasAnyType(variable: Variable, type: RegExp): boolean {
  for (const each of variable.types) if (type.test(each)) return true;
  return false;
}

/** The variable that holds the object whose method is called. */
export function receiverOf(context: RuleContext, file: FileView, row: number): Variable | undefined {
  if (file.op(row) !== Op.Call) return context.project.variable(file, row);
  const path = file.pathOf(row);
  if (file.pathKind(path) !== RootKind.Attribute) return undefined;
  const owner = context.project.resolver.entity(file, file.pathOwner(path));
  return owner.kind === "variable" ? owner.variable : undefined;
}

/** The function that is passed to a call, as its first argument or as `target`. */
export function passedTo(context: RuleContext, file: FileView, call: number): FunctionInfo | undefined {
  for (let row = call - 1; row > 0 && row >= call - MAX_ARGUMENT_EVENTS; row--) {
    if (file.start(row) < file.start(call)) return undefined;
    if (file.op(row) !== Op.Pass) continue;
    const entity = context.project.entity(file, row);
    if (entity.kind === "function") return entity.function;
  }
  return undefined;
}

/** The innermost loop around an event, or 0. */
export function loopAround(file: FileView, row: number): number {
  return file.enclosing(file.blockOf(row), ...LOOPS);
}

/** A thread that uses a variable while another one does, whatever they do to it. */
export function meetingThread(context: RuleContext, variable: Variable): ThreadEntry | undefined {
  let found: ThreadEntry | undefined;
  for (const access of variable.accesses) {
    const entry = threadOf(access.function);
    if (entry === undefined || context.isBeforeSharing(access)) continue;
    if (entry.isPooled) return entry;
    found ??= entry;
  }
  const thread = found;
  if (thread === undefined) return undefined;
  const others = variable.accesses.some(
    (access) => !access.function.threads.has(thread) && !context.isBeforeSharing(access),
  );
  return others ? thread : undefined;
}

/** A function and what it calls. */
export function reachedFrom(info: FunctionInfo): Set<FunctionInfo> {
  const found = new Set<FunctionInfo>();
  const pending = [info];
  while (pending.length > 0 && found.size < MAX_REACHED) {
    const next = pending.pop()!;
    if (found.has(next)) continue;
    found.add(next);
    pending.push(...next.callees);
  }
  return found;
}

/** Calls of a method with one of these names in a function, in order. */
export function methodRows(info: FunctionInfo, names: ReadonlySet<string>): number[] {
  const rows: number[] = [];
  const { file } = info;
  for (let row = info.firstRow; row < info.lastRow; row++) {
    const op = file.op(row);
    if ((op === Op.Method || op === Op.Call) && names.has(file.nameOf(row))) rows.push(row);
  }
  return rows;
}
