/**
 * The pools that imported functions run on: one for each configuration, started by the first call with every module
 * that was imported until then. A module that is imported later brings a pool of its own.
 */
import { dirname } from "node:path";
import { createPool, type Pool } from "../../pool/index.js";
import { type LoadedConfiguration, loadConfiguration } from "./configuration.js";

/** Modules that share a pool. */
export class PoolSlot {
  readonly #files = new Set<string>();
  readonly #number: number;
  #starting: Promise<Pool> | undefined;
  #pool: Pool | undefined;

  constructor(number: number) {
    this.#number = number;
  }

  /** The pool once it runs. */
  get running(): Pool | undefined {
    return this.#pool;
  }

  get isStarted(): boolean {
    return this.#starting !== undefined;
  }

  add(file: string): void {
    this.#files.add(file);
  }

  /** The pool, started if it is not. A start that failed is tried again by the next call. */
  pool(): Promise<Pool> {
    this.#starting ??= this.#start().catch((error) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async close(): Promise<void> {
    const pool = await this.#starting?.catch(() => undefined);
    this.#starting = undefined;
    this.#pool = undefined;
    await pool?.close();
  }

  async #start(): Promise<Pool> {
    const configuration = await configurationOf([...this.#files][0] ?? "");
    const { name, ...options } = configuration.pool ?? {};
    const named =
      name === undefined ? {} : { name: this.#number === 0 ? name : `${name}-${this.#number + 1}` };
    this.#pool = await createPool({ ...options, ...named, module: [...this.#files] });
    return this.#pool;
  }
}

/** Slots by the place of their configuration, the newest last. */
const slots = new Map<string, PoolSlot[]>();
const configurations = new Map<string, Promise<LoadedConfiguration>>();

/** The slot for a module, found by the file that configures it. */
export function slotFor(file: string, place: string): PoolSlot {
  const list = slots.get(place) ?? [];
  slots.set(place, list);
  let slot = list.at(-1);
  if (slot === undefined || slot.isStarted) {
    slot = new PoolSlot(list.length);
    list.push(slot);
  }
  slot.add(file);
  return slot;
}

/** Ends every pool that imported functions have started. The next call starts one again. */
export async function closePools(): Promise<void> {
  await Promise.all([...slots.values()].flat().map((slot) => slot.close()));
}

function configurationOf(file: string): Promise<LoadedConfiguration> {
  const folder = dirname(file);
  let loading = configurations.get(folder);
  if (loading === undefined) {
    loading = loadConfiguration(folder);
    configurations.set(folder, loading);
    loading.catch(() => configurations.delete(folder));
  }
  return loading;
}
