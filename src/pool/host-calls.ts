/**
 * Runs host functions for Python code, and knows within which of them a call of the pool is made: such a call may run on
 * the very thread that waits, so that a pool whose threads all wait for host functions goes on.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { NestingTooDeep, NogilError, ProtocolError } from "../errors.js";
import { HostAnswer } from "../wire/index.js";
import type { HostListener, TaskChannel, Worker } from "../worker/index.js";
import {
  endStreams,
  HostCall,
  HostCaller,
  type HostIterator,
  type HostStreams,
  type Say,
} from "./host-call.js";
import type { FunctionTable, HostContext } from "./host-functions.js";
import { gather, iteratorFrom, newStream } from "./host-streams.js";
import type { Slot } from "./slot.js";
import type { Task } from "./task.js";

/** Python calls inside one another, host functions in between; each takes some of the thread's stack. */
const MAX_DEPTH = 32;

/** What Python asks of a stream. */
const TAKE = "nogil:take";
const CLOSE = "nogil:close";
/** What Python calls a function by that came as an argument; its number is the first argument. */
const LENT = "nogil:function";

/** The host call within which the running code was called, of any pool. */
const underWay = new AsyncLocalStorage<HostCall>();

export class HostCalls {
  readonly #functions: FunctionTable;
  readonly #onEnd: (call: HostCall) => void;
  /** Callers that are tasks, until they end. */
  readonly #callers = new Map<Task, HostCaller>();
  /** Tasks that were called within a host call. */
  readonly #parents = new WeakMap<Task, HostCall>();
  /** Callers that are threads without a task, by worker. */
  readonly #workers = new Map<Worker, HostCaller>();
  /** Numbers of the functions that are arguments of a task. */
  readonly #lent = new WeakMap<Task, Map<object, number>>();
  #streams = 0;
  /** Streams that Python's own streams read, by the task that opened these. */
  readonly #shared = new Map<Task, HostStreams>();

  /** @param onEnd hears of every call that is answered or cancelled */
  constructor(functions: FunctionTable, onEnd: (call: HostCall) => void) {
    this.#functions = functions;
    this.#onEnd = onEnd;
  }

  /**
   * The open host call of this pool's tasks within which a function of the pool is being called.
   *
   * @throws NestingTooDeep
   */
  enclosing(functionName: string): HostCall | undefined {
    let call = underWay.getStore();
    if (call !== undefined && call.depth >= MAX_DEPTH) throw new NestingTooDeep(functionName, MAX_DEPTH);
    while (call !== undefined && !(call.isOpen && this.#isOurs(call))) call = call.outer;
    return call;
  }

  /** Remembers within which host call, of any pool, a task was called. */
  remember(task: Task): void {
    const call = underWay.getStore();
    if (call !== undefined) this.#parents.set(task, call);
  }

  /**
   * Has Python call a function that is an argument of a task until the task, or the stream that it opens, has ended.
   * Gives its number.
   */
  lend(task: Task, value: object): number {
    let lent = this.#lent.get(task);
    if (lent === undefined) {
      lent = new Map();
      this.#lent.set(task, lent);
      if (task.onPlaced === undefined) task.onEnd(() => this.#takeBack(task));
    }
    let number = lent.get(value);
    if (number === undefined) {
      number = this.#functions.lend(value);
      lent.set(value, number);
    }
    return number;
  }

  #takeBack(task: Task): void {
    for (const number of this.#lent.get(task)?.values() ?? []) this.#functions.giveBack(number);
    this.#lent.delete(task);
  }

  /** A task is being stopped: what it waits for is over. */
  stop(task: Task): void {
    this.#callers.get(task)?.cancel(NOBODY_WAITS);
  }

  /** Hears the tasks of one thread. */
  listenerOf(slot: Slot): HostListener {
    return {
      called: (channel, id, call, number, request) =>
        this.#begin(
          this.#callerOf(call as Task | undefined, channel, id, slot),
          number,
          request,
          slot.worker,
        ),
      cancelled: (call, number) =>
        this.#callers
          .get(call as Task)
          ?.calls.get(number)
          ?.cancel(NOBODY_WAITS),
    };
  }

  /** A thread that user code has started calls. */
  called(worker: Worker, number: number, request: unknown): void {
    let caller = this.#workers.get(worker);
    if (caller === undefined) {
      caller = new HostCaller(undefined, undefined, (answered, what, value) =>
        worker.answerHost(answered, what, value),
      );
      this.#workers.set(worker, caller);
    }
    this.#begin(caller, number, request, worker);
  }

  cancelled(worker: Worker, number: number): void {
    this.#workers.get(worker)?.calls.get(number)?.cancel(NOBODY_WAITS);
  }

  /** The worker is gone; a task of it that is to run again begins anew. */
  exited(worker: Worker): void {
    this.#workers.get(worker)?.end();
    this.#workers.delete(worker);
    for (const [task, caller] of this.#callers) {
      if (caller.slot?.worker !== worker) continue;
      this.#callers.delete(task);
      caller.end();
    }
  }

  #callerOf(task: Task | undefined, channel: TaskChannel, id: number, slot: Slot): HostCaller {
    const known = task && this.#callers.get(task);
    if (known !== undefined) return known;
    const say: Say = (number, what, value) => channel.answer(id, number, what, value);
    const caller = new HostCaller(task, slot, say, task && this.#sharedStreams(task));
    if (task === undefined || task.isSettled) {
      // Nobody waits for the task any more, while Python goes on: it must not wait for ever.
      caller.isGone = true;
      return caller;
    }
    this.#callers.set(task, caller);
    task.onEnd(() => {
      this.#callers.delete(task);
      caller.end();
    });
    return caller;
  }

  /**
   * Keeps an iterable that is an argument of a task until the task, or the stream that it opens, has ended. Gives the
   * number by which Python reads it.
   */
  keep(task: Task, iterable: object): number {
    let streams = this.#sharedStreams(task);
    if (streams === undefined) {
      streams = new Map();
      this.#shared.set(task, streams);
      task.onEnd(() => this.streamOver(task));
    }
    // What was read of it cannot be read again.
    if ("next" in iterable) task.maxAttempts = 1;
    let iterator: HostIterator | undefined;
    const open = () => {
      iterator ??= iteratorFrom(iterable);
      return iterator;
    };
    streams.set(++this.#streams, newStream(open, new AbortController()));
    return this.#streams;
  }

  /** Of a task that opens a stream, or is a part of one: what the next part goes on with. And of one with iterables. */
  #sharedStreams(task: Task): HostStreams | undefined {
    const owner = task.owner ?? task;
    let streams = this.#shared.get(owner);
    if (streams === undefined && owner.onPlaced !== undefined) {
      streams = new Map();
      this.#shared.set(owner, streams);
    }
    return streams;
  }

  /** The stream that this task opened is over. */
  streamOver(owner: Task): void {
    const streams = this.#shared.get(owner);
    this.#shared.delete(owner);
    if (streams !== undefined) endStreams(streams, NOBODY_WAITS);
    this.#takeBack(owner);
  }

  /** Whether the running code is called by a host function that a task of this thread waits for. */
  waitsFor(slot: Slot): boolean {
    if (slot.isLoop) return false;
    for (let call = underWay.getStore(); call !== undefined; call = call.outer) {
      if (call.isOpen && call.caller.slot === slot) return true;
    }
    return false;
  }

  #begin(caller: HostCaller, number: number, request: unknown, worker: Worker): void {
    const { task, slot } = caller;
    const call = new HostCall(caller, number, task && this.#parents.get(task), this.#onEnd);
    if (caller.isGone || task?.cancellation !== undefined) return call.cancel(NOBODY_WAITS);
    if (request instanceof NogilError) return call.fail(request);
    const [name, args, keywords] = Array.isArray(request) ? request : [];
    if (typeof name !== "string" || !Array.isArray(args)) {
      throw new ProtocolError("a call of the host is not (name, arguments, keywords)");
    }
    const context: HostContext = {
      signal: call.abort.signal,
      worker: worker.pid,
      thread: slot?.channel.number,
      functionName: task?.name,
    };
    underWay.run(call, () => this.#run(call, context, name, keywords ? [...args, keywords] : args));
  }

  async #run(call: HostCall, context: HostContext, name: string, args: readonly unknown[]): Promise<void> {
    try {
      if (name === TAKE) await this.#take(call, Number(args[0]), Number(args[1]));
      else if (name === CLOSE) {
        await call.caller.endStream(Number(args[0]), NOBODY_WAITS);
        call.answer(HostAnswer.VALUE, null);
      } else {
        const value = await (name === LENT
          ? this.#functions.lent(args[0]).call(context, ...args.slice(1))
          : this.#functions.find(name).call(context, ...args));
        const iterator = iteratorOf(value);
        if (iterator === undefined) call.answer(HostAnswer.VALUE, value);
        else this.#stream(call, iterator);
      }
    } catch (error) {
      call.fail(error);
    }
  }

  #isOurs({ caller }: HostCall): boolean {
    return caller.task !== undefined && this.#callers.get(caller.task) === caller;
  }

  #stream(call: HostCall, iterator: HostIterator): void {
    const number = ++this.#streams;
    call.caller.streams.set(number, { ...newStream(() => iterator, call.abort), isOpen: true });
    if (call.isOpen) call.answer(HostAnswer.STREAM, number);
    else call.caller.endStream(number, NOBODY_WAITS);
  }

  /** Gives Python items, as many as there are at once, but not more than `most`. */
  async #take(call: HostCall, number: number, most: number): Promise<void> {
    const { streams } = call.caller;
    const stream = streams.get(number);
    if (stream === undefined) throw new Error("the stream is over, or belongs to another task");
    try {
      const items = stream.held.length > 0 ? stream.held.splice(0, 1) : await gather(stream, most);
      const isEnd = stream.hasEnded && stream.held.length === 0;
      if (isEnd) streams.delete(number);
      if (items.length < 2) return call.answer(HostAnswer.VALUE, [items, isEnd]);
      if (call.offer([items, isEnd])) return;
      // One of them cannot be sent: those before it can.
      streams.set(number, stream);
      stream.held.push(...items);
      call.answer(HostAnswer.VALUE, [stream.held.splice(0, 1), false]);
    } catch (error) {
      streams.delete(number);
      throw error;
    }
  }
}

const NOBODY_WAITS = new DOMException("Python does not wait for the answer any more", "AbortError");

/** What gives its items one by one; arrays, maps and sets travel as a whole. */
function iteratorOf(value: unknown): HostIterator | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Symbol.asyncIterator in value) return (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  return Symbol.iterator in value && "next" in value ? (value as IterableIterator<unknown>) : undefined;
}
