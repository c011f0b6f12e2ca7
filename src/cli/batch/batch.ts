/** One call for each line of an input, a bounded number at a time, one result line for each. */
import type { ErrorCode } from "../../errors.js";
import { isNogilError } from "../../errors.js";
import type { Handle } from "../../pool/index.js";
import { errorFields, parseJson, printJson } from "../json/index.js";
import type { InputLine } from "./input.js";
import type { Sink } from "./sink.js";

export interface BatchOptions {
  readonly lines: AsyncIterable<InputLine>;
  /** The arguments of the call for the value of a line; throws MalformedLine. */
  readonly toArguments: (value: unknown) => readonly unknown[];
  readonly push: (args: readonly unknown[]) => Handle;
  readonly sink: Sink;
  /** Lines under way at most: read, and their results not written. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BatchProgress) => void;
}

export interface BatchProgress {
  /** Lines with a result, those of earlier runs included. */
  readonly done: number;
  /** Lines whose result of this run is an error. */
  readonly failed: number;
  /** Lines whose result is of an earlier run. */
  readonly skipped: number;
}

/** A line that is no JSON, or not the JSON that was asked for. */
export class MalformedLine extends Error {}

/** Errors that every further line would meet as well. */
const FATAL: readonly ErrorCode[] = ["FUNCTION_NOT_FOUND", "POOL_UNAVAILABLE", "POOL_CLOSED"];

/**
 * Runs a batch to its end, or until the signal is aborted: then what runs is cancelled.
 *
 * @throws what stops the whole batch: a function that is not there, a file that cannot be written
 */
export async function runBatch(options: BatchOptions): Promise<BatchProgress> {
  return new Batch(options).run();
}

class Batch {
  readonly #options: BatchOptions;
  readonly #handles = new Set<Handle>();
  #under = 0;
  #order = 0;
  #done = 0;
  #failed = 0;
  #skipped = 0;
  #stopped: { readonly error: unknown } | undefined;
  /** Called when a line has been written, or everything stops. */
  #wake: (() => void) | undefined;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  get #progress(): BatchProgress {
    return { done: this.#done, failed: this.#failed, skipped: this.#skipped };
  }

  async run(): Promise<BatchProgress> {
    const { lines, sink, concurrency, signal } = this.#options;
    const cancel = () => this.#cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      for await (const line of lines) {
        if (sink.isDone(line)) {
          this.#skipped++;
          this.#count();
          continue;
        }
        await this.#until(() => this.#under < concurrency);
        if (signal.aborted || this.#stopped !== undefined) break;
        this.#start(line);
      }
      await this.#until(() => this.#under === 0);
    } catch (error) {
      this.#stop(error);
    } finally {
      signal.removeEventListener("abort", cancel);
    }
    if (this.#stopped !== undefined) {
      await Promise.all(Array.from(this.#handles, (handle) => handle.wait()));
      throw this.#stopped.error;
    }
    return this.#progress;
  }

  #start(line: InputLine): void {
    const order = this.#order++;
    this.#under++;
    this.#settle(line, order).then(
      () => {
        this.#under--;
        this.#wake?.();
      },
      (error: unknown) => this.#stop(error),
    );
  }

  async #settle(line: InputLine, order: number): Promise<void> {
    const { sink, signal } = this.#options;
    let result: string;
    let failed = false;
    try {
      result = `"value":${printJson(await this.#call(line))}`;
    } catch (error) {
      if (signal.aborted || this.#stopped !== undefined) return;
      if (isNogilError(error) && FATAL.includes(error.code)) throw error;
      result = `"error":${printJson(describe(error))}`;
      failed = true;
    }
    await sink.put(order, line, result, failed);
    if (failed) this.#failed++;
    this.#count();
  }

  async #call(line: InputLine): Promise<unknown> {
    const { toArguments, push } = this.#options;
    let value: unknown;
    try {
      value = parseJson(line.text);
    } catch (error) {
      throw new MalformedLine(`not JSON: ${(error as Error).message}`);
    }
    const handle = push(toArguments(value));
    this.#handles.add(handle);
    try {
      return await handle;
    } finally {
      this.#handles.delete(handle);
    }
  }

  #count(): void {
    this.#done++;
    this.#options.onProgress(this.#progress);
  }

  #stop(error: unknown): void {
    this.#stopped ??= { error };
    this.#cancel();
    this.#wake?.();
  }

  #cancel(): void {
    for (const handle of this.#handles) handle.cancel();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && this.#stopped === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function describe(error: unknown): object {
  const fields = errorFields(error);
  return error instanceof MalformedLine ? { ...fields, type: "MalformedLine" } : fields;
}
