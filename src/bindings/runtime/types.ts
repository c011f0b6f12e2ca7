/** The types that generated declarations are written in. */
import type {
  MapOptions,
  MapResult,
  CallOptions as PoolCallOptions,
  Progress,
  ResidentControls,
  TaskState,
  TaskStats,
} from "../../pool/index.js";
import type { Complex, Float, NdArray, TypedArray } from "../../wire/index.js";

/** A Python `int`: a bigint where a number could not hold it exactly, from 2⁵³ on. */
export type Int = number | bigint;

/** Options of a call; keyword arguments are arguments of the function, and what stays in Python its hints say. */
export type CallOptions = Omit<PoolCallOptions, "kwargs" | "keep">;

/** A `NewType` of Python: values of the base type may be used as one, those of another NewType may not. */
export type NewType<Base, Name extends string> = Base & { readonly [newType]?: Name };
declare const newType: unique symbol;

declare const reference: unique symbol;

/** An object that stays in Python. It is freed there when it is disposed of here, or no longer reachable. */
export interface Reference extends ResidentControls {
  readonly [reference]: true;
}

/** What a pool's handle offers, also while the pool is still being started. */
export interface TaskHandle<T> extends PromiseLike<T> {
  readonly functionName: string;
  readonly state: TaskState;
  /** The error the task failed with; undefined while it has not. */
  readonly error: Error | undefined;
  readonly progress: Progress | undefined;
  /** Undefined until the pool runs. */
  readonly stats: TaskStats | undefined;
  /** True once the task has a result or an error. */
  isReady(): boolean;
  /** The result without waiting; undefined while there is none. Throws what the task failed with. */
  tryGet(): T | undefined;
  /** Waits for the end, at most `milliseconds`; says whether the task has ended. */
  wait(milliseconds?: number): Promise<boolean>;
  /** Stops the task; resolves to what that took, undefined when it had ended before. */
  cancel(): Promise<"queued" | "cooperative" | "interrupted" | "killed" | undefined>;
  on(event: "progress", listener: (progress: Progress) => void): TaskHandle<T>;
  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R>;
  finally(onFinally?: (() => void) | null): Promise<T>;
}

/** `f.map`: one call for each item, many under way; see `pool.map`. */
// biome-ignore lint/suspicious/noExplicitAny: the only way to say "a function of any parameters" in a constraint
export type MapOver<F extends (...args: any) => unknown> = {
  (
    items: Source<Parameters<F>[0]>,
    options?: MapOptions & { readonly spread?: false },
  ): MapResults<Awaited<ReturnType<F>>>;
  /** Each item is an array of arguments. */
  (
    items: Source<Readonly<Parameters<F>>>,
    options: MapOptions & { readonly spread: true },
  ): MapResults<Awaited<ReturnType<F>>>;
};

type Source<T> = Iterable<T> | AsyncIterable<T>;

/** Await it for an array, or iterate it to keep only a few results in memory. */
export interface MapResults<T> extends PromiseLike<T[]>, AsyncIterable<T> {
  /** Every result with its item's index, failures included. */
  settled(): AsyncGenerator<MapResult<T>, void, undefined>;
}

/** What a value of a type is after it was sent to Python and came back as it was. */
export type Echo<T> = unknown extends T
  ? T
  : T extends null | undefined
    ? null
    : T extends number | bigint
      ? Int
      : T extends string | boolean | Date | Complex
        ? T
        : T extends Float
          ? number
          : T extends NdArray | Exclude<TypedArray, Uint8Array>
            ? unknown
            : T extends Uint8Array
              ? Buffer
              : T extends readonly unknown[]
                ? { -readonly [K in keyof T]: Echo<T[K]> }
                : T extends ReadonlySet<infer I>
                  ? Set<Echo<I>>
                  : T extends ReadonlyMap<infer K, infer V>
                    ? Map<Echo<K>, Echo<V>> | { [key: string]: Echo<V> }
                    : T extends Reference
                      ? T
                      : T extends object
                        ? unknown
                        : T;
