/**
 * What a caller holds of an object that stays in Python: a proxy whose properties are the object's methods and
 * attributes. What is nogil's own begins with `$`, which no name of Python can.
 */
import { inspect } from "node:util";
import { InvalidOption } from "../errors.js";
import type { CallOptions, KeptWhen } from "./call-options.js";
import type { Handle } from "./handle.js";
import type { Lease } from "./lease.js";
import type { Stream } from "./stream.js";
import type { StreamOptions } from "./stream-options.js";

/** What every resident has. */
export interface ResidentControls extends AsyncDisposable {
  /** The object's Python class, with its module: `models.Model`. */
  readonly $type: string;
  /** Process id of the worker that it lives in. */
  readonly $worker: number | undefined;
  /** False once it was freed or its worker is gone: calls then fail with ResidentGone. */
  readonly $isAlive: boolean;
  /**
   * Calls a method, with options. `keep` is `"unsendable"` unless it says something else.
   *
   * @param method its name; "" calls the object itself
   */
  $call<R = unknown>(method: string, args?: readonly unknown[], options?: CallOptions): Handle<R>;
  /** Calls a method that gives a generator, as `pool.stream` calls a function. */
  $stream<R = unknown>(method: string, args?: readonly unknown[], options?: StreamOptions): Stream<R>;
  /** Reads an attribute, also one whose name the proxy cannot show. */
  $get<R = unknown>(attribute: string, options?: CallOptions): Handle<R>;
  /** Writes an attribute. */
  $set(attribute: string, value: unknown): Handle<null>;
  /** `object[key]`. */
  $item<R = unknown>(key: unknown, options?: CallOptions): Handle<R>;
  /** `object[key] = value`. */
  $setItem(key: unknown, value: unknown): Handle<null>;
  /** `len(object)`. */
  $length(): Handle<number>;
  /**
   * Gives the object back: Python may drop it. Calls under way end as usual, later ones fail with ResidentGone.
   *
   * @returns when Python has let go of it
   */
  $free(): Promise<void>;
}

/** A member of an object about which nothing is known: to call, or to await. */
// biome-ignore lint/suspicious/noExplicitAny: what Python code nobody has described takes and gives
export type ResidentMember = ((...args: readonly any[]) => Handle<any>) & PromiseLike<any>;

/** Calls are made with the arguments that the method takes; attributes are awaited. */
export type ResidentMembers<T> = {
  readonly [K in keyof T as Exclude<K, "then">]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Handle<Awaited<R>>
    : PromiseLike<Awaited<T[K]>>;
};

/**
 * An object that stays in Python: `await model.predict(x)` calls its method, `await model.name` reads its attribute.
 *
 * @typeParam T its methods and attributes; without it every name is there
 */
export type Resident<T = unknown> = ResidentControls &
  (unknown extends T ? { readonly [name: string]: ResidentMember } : ResidentMembers<T>);

/** Makes a property of a resident; undefined: a method or an attribute as it comes. */
export type ResidentMembersOf = (name: string, resident: ResidentControls) => unknown;

/** The call option `keep` with a say in what the reference looks like: what typed imports pass. */
export class Keep implements KeptWhen {
  constructor(
    readonly when: KeptWhen["when"],
    readonly members: ResidentMembersOf | undefined,
  ) {}
}

/** How a resident reaches its pool. */
export interface ResidentOwner {
  operate(
    lease: Lease,
    label: string,
    target: string,
    args: readonly unknown[],
    options: CallOptions,
  ): Handle<unknown>;
  stream(
    lease: Lease,
    label: string,
    target: string,
    args: readonly unknown[],
    options: StreamOptions,
  ): Stream<unknown>;
  free(lease: Lease): Promise<void>;
}

/** What stands behind a proxy. While it can be reached the object stays. */
export interface ResidentCore {
  readonly lease: Lease;
  readonly owner: ResidentOwner;
}

const cores = new WeakMap<object, ResidentCore>();

/** What stands behind a value, if it is a resident. */
export function coreOf(value: object): ResidentCore | undefined {
  return cores.get(value);
}

/** Asked for by `await`, JSON.stringify, test runners: an object must not seem to have what it has not. */
const NEVER_MEMBERS: ReadonlySet<string> = new Set(["then", "toJSON", "constructor", "prototype"]);

const IN_ITSELF: CallOptions = Object.freeze({});

export function makeResident(core: ResidentCore, members?: ResidentMembersOf): Resident {
  const controls = new Controls(core);
  const target = (): void => {};
  Object.defineProperty(target, inspect.custom, { value: () => controls.description });
  const proxy = new Proxy(target, {
    apply: (_, __, args: unknown[]) => controls.$call("", args),
    get: (_, key) => {
      if (key === Symbol.asyncDispose) return controls.$free;
      if (typeof key === "symbol") return Reflect.get(target, key);
      if (key.startsWith("$")) return Reflect.get(controls, key);
      if (NEVER_MEMBERS.has(key) || key.startsWith("_")) return undefined;
      return members?.(key, controls) ?? attributeOf(controls, key);
    },
    set: (_, key) => {
      throw new TypeError(
        `an attribute of a resident is written with $set: await resident.$set(${JSON.stringify(String(key))}, value)`,
      );
    },
  });
  cores.set(proxy, core);
  return proxy as unknown as Resident;
}

/** A method to call, and an attribute to await: only Python knows which it is. */
function attributeOf(resident: ResidentControls, name: string): ResidentMember {
  const call = (...args: readonly unknown[]) => resident.$call(name, args);
  const read = () => resident.$get(name);
  return Object.assign(call, {
    // biome-ignore lint/suspicious/noThenProperty: an attribute is read by awaiting it
    then: (...reactions: Parameters<Handle["then"]>) => read().then(...reactions),
    catch: (reaction: Parameters<Handle["catch"]>[0]) => read().catch(reaction),
    finally: (reaction: Parameters<Handle["finally"]>[0]) => read().finally(reaction),
  }) as ResidentMember;
}

class Controls implements ResidentControls {
  readonly #core: ResidentCore;

  constructor(core: ResidentCore) {
    this.#core = core;
  }

  get $type(): string {
    return this.#core.lease.type;
  }

  get $worker(): number | undefined {
    return this.#core.lease.pid;
  }

  get $isAlive(): boolean {
    return this.#core.lease.isAlive;
  }

  get description(): string {
    const { lease } = this.#core;
    const state = lease.isAlive ? "" : lease.isFreed ? ", freed" : ", gone";
    return `Resident(${lease.number}: ${lease.type} in worker ${lease.pid}${state})`;
  }

  readonly $call = <R>(method: string, args: readonly unknown[] = [], options = IN_ITSELF) =>
    method === ""
      ? this.#operate<R>("", "nogil:call", args, options)
      : this.#operate<R>(`.${method}`, `nogil:method:${named(method)}`, args, options);

  readonly $stream = <R>(method: string, args: readonly unknown[] = [], options: StreamOptions = {}) => {
    const { lease, owner } = this.#core;
    const target = `nogil:method:${named(method)}`;
    return owner.stream(lease, `${lease.type}.${method}`, target, args, options) as Stream<R>;
  };

  readonly $get = <R>(attribute: string, options = IN_ITSELF) =>
    this.#operate<R>(`.${attribute}`, `nogil:get:${named(attribute)}`, [], options);

  readonly $set = (attribute: string, value: unknown) =>
    this.#operate<null>(`.${attribute}`, `nogil:set:${named(attribute)}`, [value], IN_ITSELF);

  readonly $item = <R>(key: unknown, options = IN_ITSELF) =>
    this.#operate<R>("[]", "nogil:item", [key], options);

  readonly $setItem = (key: unknown, value: unknown) =>
    this.#operate<null>("[]", "nogil:set-item", [key, value], IN_ITSELF);

  readonly $length = () => this.#operate<number>(".__len__", "nogil:length", [], IN_ITSELF);

  readonly $free = (): Promise<void> => this.#core.owner.free(this.#core.lease);

  [Symbol.asyncDispose](): Promise<void> {
    return this.$free();
  }

  #operate<R>(what: string, target: string, args: readonly unknown[], options: CallOptions): Handle<R> {
    const { lease, owner } = this.#core;
    return owner.operate(lease, `${lease.type}${what}`, target, args, options) as Handle<R>;
  }
}

/** Only what a class shows: names with an underscore are its own affair, as those of modules are. */
function named(name: string): string {
  if (typeof name !== "string" || !/^[^\s\d_.:][^\s.:]*$/u.test(name))
    throw new InvalidOption(
      "name",
      name,
      "the name of a method or an attribute that does not begin with an underscore",
    );
  return name;
}
