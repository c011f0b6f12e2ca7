/**
 * A generator in Python, seen from here. One task opens it; each further one, a *part*, runs on the same thread and
 * gives some items. Between parts the thread does other work.
 *
 *   opening ──► open ──► over        ended, failed, closed early, or its worker gone
 */
import {
  type CancelStep,
  type NogilError,
  NotSendable,
  ProtocolError,
  PythonError,
  TaskCancelled,
} from "../errors.js";
import type { Progress } from "./call-options.js";
import type { Failure } from "./cancellation.js";
import type { OpenStream, Slot } from "./slot.js";
import type { Task } from "./task.js";

/** What the answer to a pull says beside its items. */
const ENDED = 1;
const FAILED = 2;

/** When a reader waits while Python works, items that Python keeps to send together are asked for (milliseconds). */
const FIRST_FLUSH_MS = 2;
const LAST_FLUSH_MS = 1_000;

const STEPS: readonly (CancelStep | undefined)[] = [
  undefined,
  "queued",
  "cooperative",
  "interrupted",
  "killed",
];

/** Who hears of the items. */
export interface StreamSink {
  items(items: readonly unknown[]): void;
  ended(value: unknown): void;
  /** @param dropsItems whether items that nobody has taken yet are of no use any more */
  failed(error: unknown, dropsItems: boolean): void;
  progressed(progress: Progress): void;
}

/** What a run needs of its pool. */
export interface StreamHost {
  /** A task that has Python do something with the stream, on the stream's thread. */
  part(run: StreamRun, target: string, args: readonly unknown[], slot: Slot): Task;
  stop(task: Task, failure: Failure): Promise<CancelStep | undefined>;
  over(run: StreamRun, error: unknown): void;
  /** Whether the running code is called by a host function that this thread waits for. */
  isWaitedForBy(slot: Slot): boolean;
}

export class StreamRun implements OpenStream {
  readonly functionName: string;
  /** Resolves when Python has nothing of it any more. */
  readonly ended: Promise<void>;
  /** Items asked for and not made. */
  credit = 0;
  readonly #host: StreamHost;
  readonly #sink: StreamSink;
  /** Parts under way, each with its credit. */
  readonly #parts = new Map<Task, number>();
  /** Credit for a thread that is not known yet. */
  #held: number[] = [];
  #opening: Task | undefined;
  #slot: Slot | undefined;
  /** The id of the call that opened it. */
  #id = 0;
  #isOver = false;
  #stopping: Promise<CancelStep | undefined> | undefined;
  #closing: Task | undefined;
  #flush: NodeJS.Timeout | undefined;
  #resolve: () => void = () => {};

  constructor(functionName: string, host: StreamHost, sink: StreamSink) {
    this.functionName = functionName;
    this.#host = host;
    this.#sink = sink;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Pulls that are not answered. */
  get pulls(): number {
    return this.#parts.size + this.#held.length;
  }

  get opening(): Task | undefined {
    return this.#opening;
  }

  /** Takes the task that will open it, which must not have been sent yet. */
  open(task: Task): void {
    this.#opening = task;
    task.onPlaced = (slot) => this.#placed(slot);
    task.onProgress = (progress) => this.#sink.progressed(progress);
    task.onEnd(() => {
      if (task.state === "rejected" && this.#stopping === undefined) this.#fail(task.outcome);
    });
  }

  /** Whether it still gives items. */
  get isOpen(): boolean {
    return !this.#isOver && this.#stopping === undefined;
  }

  /** Asks for so many items. */
  pull(credit: number): void {
    if (!this.isOpen) return;
    this.credit += credit;
    if (this.#slot === undefined) this.#held.push(credit);
    else this.#send(credit, this.#slot);
  }

  /** A reader waits inside a task of the very thread that is to make the items: what it was asked for waits behind it. */
  urge(): void {
    if (this.#parts.size > 0 && this.#slot !== undefined && this.#host.isWaitedForBy(this.#slot))
      this.pull(1);
  }

  /** A reader waits, and as long as it does, items are not to be kept in Python to be sent together. */
  awaited(isWaiting: () => boolean, milliseconds = FIRST_FLUSH_MS): void {
    if (this.#flush !== undefined || this.#isOver) return;
    this.#flush = setTimeout(() => {
      this.#flush = undefined;
      if (this.#isOver || !isWaiting()) return;
      if (this.#parts.size > 0) this.#slot?.worker.flush(this.#slot.channel, this.#id);
      this.awaited(isWaiting, Math.min(2 * milliseconds, LAST_FLUSH_MS));
    }, milliseconds);
  }

  /** Closes the generator. Throws what its `finally` raises. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    await this.stop((step, cause) => new TaskCancelled(this.functionName, step, { cause }));
    if (this.#closing?.state === "rejected" && this.#closing.outcome instanceof PythonError)
      throw this.#closing.outcome;
  }

  /** Stops it as a task is stopped, and has its reader fail. */
  async cancel(failure: Failure): Promise<void> {
    if (this.#isOver) return;
    let error: NogilError | undefined;
    const remember: Failure = (step, cause, stacks) => {
      const made = failure(step, cause, stacks);
      if (step !== "queued" || error === undefined) error = made;
      return made;
    };
    if (this.#closing !== undefined) await this.#host.stop(this.#closing, failure);
    const step = await this.stop(remember);
    this.#sink.failed(error ?? failure(step ?? "cooperative", undefined, []), true);
  }

  /** Stops it; resolves to what that took. */
  stop(failure: Failure): Promise<CancelStep | undefined> {
    this.#stopping ??= this.#stop(failure);
    return this.#stopping;
  }

  /** The worker is gone. */
  lost(error: NogilError): void {
    if (this.#stopping === undefined) this.#fail(error);
    else this.#over(undefined);
  }

  async #stop(failure: Failure): Promise<CancelStep | undefined> {
    this.#held = [];
    const opening = this.#opening;
    // The newest first: those behind the one that runs are taken back before it ends and they begin.
    const tasks = [...this.#parts.keys()].reverse();
    if (opening !== undefined && !opening.isSettled) tasks.push(opening);
    const steps = await Promise.all(tasks.map((task) => this.#host.stop(task, failure)));
    const slot = this.#slot;
    if (!this.#isOver && slot !== undefined && opening?.state === "fulfilled" && !steps.includes("killed")) {
      this.#closing = this.#host.part(this, "nogil:close", [this.#id], slot);
      await this.#closing.promise.catch(() => {});
    }
    this.#over(undefined);
    const step = STEPS[Math.max(0, ...steps.map((taken) => STEPS.indexOf(taken)))];
    return opening?.state === "fulfilled" && step === "queued" ? "cooperative" : step;
  }

  #placed(slot: Slot | undefined): void {
    this.#slot?.streams.delete(this);
    this.#slot = slot;
    if (slot === undefined) {
      // What was sent behind the task that opens it finds no stream there.
      this.#held.push(...this.#parts.values());
      this.#parts.clear();
      return;
    }
    this.#id = this.#opening?.id ?? 0;
    slot.streams.add(this);
    for (const credit of this.#held.splice(0)) this.#send(credit, slot);
  }

  #send(credit: number, slot: Slot): void {
    const part = this.#host.part(this, "nogil:pull", [this.#id, credit], slot);
    this.#parts.set(part, credit);
    part.onItems = (answer) => this.#take(part, answer);
    part.onProgress = (progress) => this.#sink.progressed(progress);
    if (part.isSettled) this.#answered(part);
    else part.onEnd(() => this.#answered(part));
  }

  #answered(part: Task): void {
    const credit = this.#parts.get(part);
    if (credit === undefined) return;
    this.#parts.delete(part);
    this.credit -= credit;
    if (this.#stopping !== undefined || this.#isOver) return;
    if (part.state === "fulfilled") this.#take(undefined, part.outcome);
    // The opening says better what is wrong, and a part can say only that there is no stream.
    else if (this.#opening?.state === "fulfilled") this.giveUp(part.outcome);
  }

  /** @param part the pull that goes on; undefined when this is its answer */
  #take(part: Task | undefined, answer: unknown): void {
    if (this.#stopping !== undefined || this.#isOver) return;
    if (!Array.isArray(answer) || !Array.isArray(answer[1]))
      return this.giveUp(new ProtocolError("a part of a stream is not (state, items, value)"));
    const [state, items, extra] = answer as [unknown, unknown[], unknown];
    const credit = part && this.#parts.get(part);
    if (part !== undefined && credit !== undefined) {
      const left = Math.max(0, credit - items.length);
      this.#parts.set(part, left);
      this.credit -= credit - left;
    }
    if (state === ENDED) this.#over(undefined);
    else if (state === FAILED) this.#over(extra);
    // None, where all have come ahead of the answer: then more must be asked for.
    this.#sink.items(items);
    if (state === ENDED) this.#sink.ended(extra);
    else if (state === FAILED) this.#sink.failed(ofItem(this.#opening?.withCause(extra) ?? extra), false);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#over(error);
    this.#sink.failed(error, false);
  }

  /** The stream is not to go on, and Python does not know. */
  giveUp(error: unknown): void {
    this.#sink.failed(error, false);
    this.stop((step, cause) => new TaskCancelled(this.functionName, step, { cause }));
  }

  #over(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#flush);
    this.#slot?.streams.delete(this);
    this.#resolve();
    this.#host.over(this, error);
  }
}

/** An item that has no form here is told as a result that has none. */
function ofItem(error: unknown): unknown {
  if (!(error instanceof PythonError) || error.type !== "nogil._values.NotSendable") return error;
  const [path, ...reason] = String(error.args[0]).split(": ");
  return new NotSendable(path ?? "result", reason.join(": "));
}
