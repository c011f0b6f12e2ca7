/** Pools that can be found by name, one registry a process. */
import { InvalidOption } from "../errors.js";

/** Undefined while the pool is being started. */
const pools = new Map<string, unknown>();

/** @throws InvalidOption when an open pool has the name. */
export function reserve(name: string): void {
  if (pools.has(name)) throw new InvalidOption("name", name, "a name that no open pool has");
  pools.set(name, undefined);
}

export function register(name: string, pool: unknown): void {
  pools.set(name, pool);
}

export function unregister(name: string): void {
  pools.delete(name);
}

export function find(name: string): unknown {
  return pools.get(name);
}
