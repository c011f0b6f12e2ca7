/**
 * One call of a host function by Python code, open until it is answered. What calls: a task, or a worker's threads
 * that have no task.
 *
 *   open ──► answered: value, failure, stream, end
 *     └────► cancelled: the task is being stopped, or nobody is there any more
 */
import { isNogilError, PythonError } from "../errors.js";
import { HostAnswer } from "../wire/index.js";
import type { Slot } from "./slot.js";
import { HOST_ERROR, type HostFailure, type Task } from "./task.js";

/** A stack is for people; more of it than this is not (characters). */
const STACK_LENGTH = 4_000;

/** Says something to the Python code that waits. Throws NotSendable. */
export type Say = (number: number, what: HostAnswer, value: unknown) => void;

export class HostCaller {
  /** Nobody hears answers any more. */
  isGone = false;
  /** The task that calls; undefined for threads that user code has started. */
  readonly task: Task | undefined;
  readonly slot: Slot | undefined;
  readonly say: Say;
  readonly calls = new Map<number, HostCall>();
  /** Iterators whose items Python asks for one by one, each with what aborts its signal. */
  readonly streams: HostStreams;
  /** Whether they outlive the caller: it is a part of a stream, and the next one goes on with them. */
  readonly #sharesStreams: boolean;

  constructor(task: Task | undefined, slot: Slot | undefined, say: Say, shared?: HostStreams) {
    this.streams = shared ?? new Map();
    this.#sharesStreams = shared !== undefined;
    this.task = task;
    this.slot = slot;
    this.say = say;
  }

  /** The task is being stopped: whoever waits hears of it at once. */
  cancel(reason: unknown): void {
    for (const call of [...this.calls.values()]) call.cancel(reason);
    if (!this.#sharesStreams) endStreams(this.streams, reason);
  }

  /** Nobody is there to hear an answer. */
  end(): void {
    this.isGone = true;
    this.cancel(new DOMException("the Python code that called is gone", "AbortError"));
  }

  endStream(number: number, reason: unknown): Promise<void> {
    return endStream(this.streams, number, reason);
  }
}

export type HostIterator = AsyncIterator<unknown> | Iterator<unknown>;

/** An iterator that Python reads. */
export interface HostStream {
  /** Begins with the first item that Python asks for. */
  readonly iterator: () => HostIterator;
  readonly abort: AbortController;
  /** Whether it has begun. */
  isOpen: boolean;
  /** The next item, where it was asked for already. */
  pending: Promise<IteratorResult<unknown>> | undefined;
  /** Items that cannot travel together. */
  readonly held: unknown[];
  hasEnded: boolean;
}

export type HostStreams = Map<number, HostStream>;

/** Nobody reads these any more. */
export function endStreams(streams: HostStreams, reason: unknown): void {
  for (const number of [...streams.keys()]) endStream(streams, number, reason);
}

async function endStream(streams: HostStreams, number: number, reason: unknown): Promise<void> {
  const stream = streams.get(number);
  streams.delete(number);
  stream?.abort.abort(reason);
  try {
    if (stream?.isOpen) await stream.iterator().return?.();
  } catch {
    // It may be waiting in its body; what it says to its end concerns nobody.
  }
}

export class HostCall {
  readonly caller: HostCaller;
  readonly number: number;
  readonly abort = new AbortController();
  /** The host call within which the task that calls was called itself. */
  readonly outer: HostCall | undefined;
  /** How many calls of Python it lies within. */
  readonly depth: number;
  /** The task that runs on the waiting thread, and those that wait for their turn there. */
  nested: Task | undefined;
  readonly waiting: Task[] = [];
  readonly #onEnd: (call: HostCall) => void;

  /** @param onEnd hears when it is answered or cancelled */
  constructor(
    caller: HostCaller,
    number: number,
    outer: HostCall | undefined,
    onEnd: (call: HostCall) => void,
  ) {
    this.caller = caller;
    this.number = number;
    this.outer = outer;
    this.depth = (outer?.depth ?? 0) + 1;
    this.#onEnd = onEnd;
    caller.calls.set(number, this);
  }

  /** Whether Python still waits. */
  get isOpen(): boolean {
    return this.caller.calls.get(this.number) === this;
  }

  answer(what: HostAnswer, value: unknown): void {
    if (!this.isOpen) return;
    this.caller.calls.delete(this.number);
    try {
      this.caller.say(this.number, what, value);
    } catch (error) {
      this.caller.say(this.number, HostAnswer.FAILED, failureOf(error));
    }
    this.#onEnd(this);
  }

  /** As answer; false where the value cannot travel, and nothing was said. */
  offer(value: unknown): boolean {
    if (!this.isOpen) return true;
    try {
      this.caller.say(this.number, HostAnswer.VALUE, value);
    } catch {
      return false;
    }
    this.caller.calls.delete(this.number);
    this.#onEnd(this);
    return true;
  }

  fail(error: unknown): void {
    const failure = failureOf(error);
    const { task } = this.caller;
    (task?.owner ?? task)?.hostFailed(error, failure);
    this.answer(HostAnswer.FAILED, failure);
  }

  cancel(reason: unknown): void {
    if (!this.isOpen) return;
    this.answer(HostAnswer.CANCELLED, null);
    this.abort.abort(reason);
  }
}

/** An error in values, for Python's `HostError`. */
function failureOf(error: unknown): HostFailure {
  if (!(error instanceof Error)) return { type: typeof error, message: textOf(error), code: null, stack: "" };
  if (error instanceof PythonError && error.type === HOST_ERROR) {
    // It has come through Python already: what it was at first says more.
    const [type, message, code, stack] = error.args;
    return {
      type: String(type),
      message: String(message),
      code: code == null ? null : String(code),
      stack: String(stack),
    };
  }
  const { code } = error as { readonly code?: unknown };
  return {
    type: isNogilError(error) ? error.name : error.constructor.name || error.name,
    message: textOf(error.message),
    code: typeof code === "string" ? code : null,
    stack: textOf(error.stack ?? "").slice(0, STACK_LENGTH),
  };
}

/** Anything can be thrown, and any property of an error can be a trap. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "an error that cannot be described";
  }
}
