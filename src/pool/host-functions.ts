/** Functions of this process that Python code may call: what users give, and how it is found by name. */
import { FunctionNotFound, InvalidOption } from "../errors.js";

/** What a host function has as `this`. */
export interface HostContext {
  /** Aborted when nobody waits for the answer any more: the task was cancelled or has ended, the worker is gone. */
  readonly signal: AbortSignal;
  /** Process id of the worker that calls. */
  readonly worker: number | undefined;
  /** Number of the thread within its worker, from 0; undefined for a thread that user code has started. */
  readonly thread: number | undefined;
  /** The Python function within which it was called. */
  readonly functionName: string | undefined;
}

/**
 * A function that Python code may call. Keyword arguments come as an object at the end. What it returns or resolves to
 * goes back; an async iterator, or a generator, becomes a stream.
 */
export type HostFunction = (this: HostContext, ...args: never[]) => unknown;

/** Functions by name. An object of functions gives names with a dot: `{ llm: { complete } }` is `llm.complete`. */
export interface HostFunctions {
  readonly [name: string]: HostFunction | Readonly<Record<string, HostFunction>>;
}

/** As {@link HostContext} and the arguments come from Python, nobody has checked them. */
type AnyFunction = (this: HostContext, ...args: readonly unknown[]) => unknown;

/** Names of this form are ours. */
const OWN_PREFIX = "nogil:";

/** A function came as an argument of a call, and that call has ended. */
export class CallEnded extends Error {
  readonly code = "CALL_ENDED";

  constructor() {
    super(
      "the call that brought this function has ended; functions for longer belong into the pool's option host",
    );
  }
}

export class FunctionTable {
  readonly #functions = new Map<string, AnyFunction>();
  /** Arguments of calls under way. */
  readonly #lent = new Map<number, AnyFunction>();
  #lastLent = 0;

  /** @throws InvalidOption for a value that is neither a function nor an object of functions */
  constructor(functions: HostFunctions) {
    for (const [name, value] of Object.entries(functions)) {
      if (name.startsWith(OWN_PREFIX))
        throw new InvalidOption("host", name, `names that do not begin with ${OWN_PREFIX}`);
      if (typeof value === "function") this.#add(name, value);
      else if (typeof value === "object" && value !== null) {
        for (const [inner, method] of Object.entries(value)) this.#add(`${name}.${inner}`, method);
      } else throw new InvalidOption(`host.${name}`, value, "a function or an object of functions");
    }
  }

  /** Takes a function that Python may call by this number until it is given back. */
  lend(value: object): number {
    this.#lent.set(++this.#lastLent, value as AnyFunction);
    return this.#lastLent;
  }

  giveBack(number: number): void {
    this.#lent.delete(number);
  }

  /** @throws CallEnded */
  lent(number: unknown): AnyFunction {
    const found = typeof number === "number" ? this.#lent.get(number) : undefined;
    if (found === undefined) throw new CallEnded();
    return found;
  }

  /** @throws FunctionNotFound */
  find(name: string): AnyFunction {
    const found = this.#functions.get(name);
    if (found !== undefined) return found;
    const known = [...this.#functions.keys()];
    const there =
      known.length === 0 ? "the pool was created without host functions" : `there are ${known.join(", ")}`;
    throw new FunctionNotFound(name, `no host function ${JSON.stringify(name)}; ${there}`, []);
  }

  #add(name: string, value: unknown): void {
    if (typeof value !== "function") throw new InvalidOption(`host.${name}`, value, "a function");
    this.#functions.set(name, value as AnyFunction);
  }
}
