/** Two processes must not write one journal. A lock of a process that is gone counts for nothing. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { JournalUnusable } from "./errors.js";

const ATTEMPTS = 10;

export class ProcessLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws JournalUnusable when a process that lives has it, or the file cannot be written */
  static take(path: string): ProcessLock {
    const own = `${path}.${process.pid}`;
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(own, ownName());
    } catch (error) {
      throw unwritable(path, error);
    }
    try {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        if (linked(own, path)) return new ProcessLock(path);
        const found = read(path);
        if (found === undefined) continue;
        const holder = holderIn(found);
        if (isAlive(holder)) throw heldBy(path, holder);
        removeStale(path, found);
      }
    } catch (error) {
      throw error instanceof JournalUnusable ? error : unwritable(path, error);
    } finally {
      rmSync(own, { force: true });
    }
    throw new JournalUnusable(path, "other processes take and leave it all the time; run one at a time");
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}

/** Not written in place: nobody may see a lock without its holder's name. */
function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Taken away under a name of our own first: what another process has locked meanwhile goes back. */
function removeStale(path: string, found: string): void {
  const taken = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, taken);
    if (read(taken) !== found) linked(taken, path);
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  } finally {
    rmSync(taken, { force: true });
  }
}

function heldBy(path: string, { pid }: Holder): JournalUnusable {
  return new JournalUnusable(path, `process ${pid} is running this pipeline; wait for it`);
}

function unwritable(path: string, error: unknown): JournalUnusable {
  const { code } = error as NodeJS.ErrnoException;
  const reason = `cannot be written (${code ?? String(error)}); name a file in a folder that can be written`;
  return new JournalUnusable(path, reason, { cause: error });
}

interface Holder {
  readonly pid: number;
  /** When the process started, as the kernel counts it: process ids are used again. */
  readonly started: string;
}

function ownName(): string {
  return `${process.pid} ${startOf(process.pid)}\n`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function holderIn(text: string): Holder {
  const [pid, started] = text.trim().split(" ");
  return { pid: Number(pid), started: started ?? "" };
}

function isAlive({ pid, started }: Holder): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return startOf(pid) === started;
}

/** Field 22 of /proc/<pid>/stat; empty where there is no such file. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
