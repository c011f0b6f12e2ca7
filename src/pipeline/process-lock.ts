/** Two processes must not write one journal. A lock of a process that is gone counts for nothing. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { JournalUnusable } from "./errors.js";

export class ProcessLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws JournalUnusable when a process that lives has it, or the file cannot be written */
  static take(path: string): ProcessLock {
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (error) {
      throw unwritable(path, error);
    }
    for (let attempt = 1; ; attempt++) {
      try {
        writeFileSync(path, ownName(), { flag: "wx" });
        return new ProcessLock(path);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "EEXIST" || attempt > 2) throw unwritable(path, error);
        const holder = readHolder(path);
        if (holder !== undefined && isAlive(holder)) {
          throw new JournalUnusable(path, `process ${holder.pid} is running this pipeline; wait for it`);
        }
        rmSync(path, { force: true });
      }
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
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

function readHolder(path: string): Holder | undefined {
  try {
    const [pid, started] = readFileSync(path, "utf8").trim().split(" ");
    return { pid: Number(pid), started: started ?? "" };
  } catch {
    return undefined;
  }
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
