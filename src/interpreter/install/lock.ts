import { readFileSync } from "node:fs";
import { link, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A lock between processes that survives the death of its owner without a moment in which two own it.
 *
 * The lock is a folder of numbered files; the highest number is the owner. A file is made with `link`, which fails
 * if the number is taken, so of several processes that see a dead owner one gets the next number. Lower numbers are
 * removed, the highest never, and who has made a file looks once more whether it is the highest: a process that slept
 * between seeing and linking finds that out there.
 */

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the system's own unit; tells a process from a later one with the same id. */
  readonly start: string | null;
  readonly released?: boolean;
}

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>;
}

const POLL_MS = 200;
/** The owner's file is touched this often, for those who cannot see the process: on another host, in a container. */
const HEARTBEAT_MS = 10_000;
/** A heartbeat older than this is a dead owner's. */
const STALE_MS = 120_000;

/**
 * Waits until the lock is ours.
 *
 * @param folder - the lock's own folder, made if need be
 * @param onWait - called once, with the owner's process id, when somebody else has it
 */
export async function acquireLock(
  folder: string,
  onWait: (pid: number) => void,
  signal?: AbortSignal,
): Promise<Lock> {
  await mkdir(folder, { recursive: true });
  const me: Owner = { pid: process.pid, host: hostname(), start: processStart(process.pid) ?? null };
  for (let waited = false; ; ) {
    signal?.throwIfAborted();
    const highest = await highestNumber(folder);
    const owner = highest === 0 ? undefined : await readOwner(ownerFile(folder, highest));
    if (owner !== undefined && (await isAlive(owner, ownerFile(folder, highest)))) {
      if (!waited) onWait(owner.pid);
      waited = true;
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
      continue;
    }
    const mine = highest + 1;
    if (!(await claim(folder, mine, me))) continue;
    if ((await highestNumber(folder)) !== mine) {
      await rm(ownerFile(folder, mine), { force: true });
      continue;
    }
    return hold(folder, mine, me);
  }
}

async function hold(folder: string, mine: number, me: Owner): Promise<Lock> {
  const file = ownerFile(folder, mine);
  for (const number of await numbers(folder)) {
    if (number < mine) await rm(ownerFile(folder, number), { force: true });
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, HEARTBEAT_MS).unref();
  return {
    async release() {
      clearInterval(heartbeat);
      await writeFile(file, JSON.stringify({ ...me, released: true })).catch(() => {});
    },
  };
}

/** Makes the numbered file with its content at once; false when somebody else has made it. */
async function claim(folder: string, number: number, owner: Owner): Promise<boolean> {
  const draft = join(folder, `draft-${process.pid}-${Math.random().toString(36).slice(2)}`);
  await writeFile(draft, JSON.stringify(owner));
  try {
    await link(draft, ownerFile(folder, number));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

async function isAlive(owner: Owner, file: string): Promise<boolean> {
  if (owner.released === true) return false;
  if (owner.host === hostname()) {
    const start = processStart(owner.pid);
    return start !== undefined && (owner.start === null || start === null || start === owner.start);
  }
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
  return Date.now() - mtimeMs < STALE_MS;
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    const { pid, host, start, released } = JSON.parse(await readFile(file, "utf8")) as Partial<Owner>;
    if (typeof pid !== "number" || typeof host !== "string") return undefined;
    return { pid, host, start: typeof start === "string" ? start : null, released: released === true };
  } catch {
    return undefined;
  }
}

async function numbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const match = /^owner-(\d+)$/.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}

async function highestNumber(folder: string): Promise<number> {
  return Math.max(0, ...(await numbers(folder)));
}

function ownerFile(folder: string, number: number): string {
  return join(folder, `owner-${number}`);
}

/**
 * When a process started (field 22 of /proc/<pid>/stat), null where the system does not say, undefined when there is
 * no such process.
 */
function processStart(pid: number): string | null | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return undefined;
  }
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1) ?? "";
    const fields = afterName.split(" ");
    return fields[0] === "Z" ? undefined : (fields[19] ?? null);
  } catch {
    return null;
  }
}
