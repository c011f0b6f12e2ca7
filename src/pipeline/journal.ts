/**
 * The checkpoint of a run: an append-only file with one line for everything that ended. A line is handed to the
 * operating system before its item goes on, so a killed process repeats at most what was under way.
 */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { JournalUnusable } from "./errors.js";
import { decodeLine, encodeLine } from "./journal-line.js";
import { ProcessLock } from "./process-lock.js";
import type { Item, Work } from "./stage.js";

const FORMAT = "nogil-pipeline 1";

/** What a run is: the first line of its journal. */
export interface JournalHeader {
  readonly format: string;
  readonly pipeline: string;
  /** Names of the stages and whatever the caller says decides the result. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. A resumed run keeps it: dates in results do not depend on when it was resumed. */
  readonly startedAt: number;
}

/** Time by kind of work, in milliseconds. */
export type WorkTime = Readonly<Record<Work, number>>;

/** How one item left one stage. */
export interface Ending {
  readonly stage: string;
  readonly id: string;
  /** Milliseconds, all tries together. */
  readonly milliseconds: number;
  readonly attempts: number;
  readonly work: WorkTime;
  /** US dollars. */
  readonly cost: number;
  readonly notes?: readonly string[];
  readonly end:
    | { readonly kind: "done"; readonly items: readonly Item<unknown>[] }
    | { readonly kind: "dropped"; readonly reason: string }
    | { readonly kind: "dead"; readonly reason: string; readonly code: string };
}

export class Journal {
  readonly header: JournalHeader;
  /** Whether the file held a run that was not finished. */
  readonly isResumed: boolean;
  /** Lines that did not fit their checksum; what they said is done again. */
  readonly damagedLines: number;
  readonly #endings: ReadonlyMap<string, Ending>;
  readonly #file: FileHandle;
  readonly #lock: ProcessLock;
  #pending: string[] = [];
  #writing: Promise<void> | undefined;
  #failure: string | undefined;

  private constructor(
    header: JournalHeader,
    isResumed: boolean,
    read: Pick<Parsed, "endings" | "damaged">,
    file: FileHandle,
    lock: ProcessLock,
  ) {
    this.header = header;
    this.isResumed = isResumed;
    this.damagedLines = read.damaged;
    this.#endings = read.endings;
    this.#file = file;
    this.#lock = lock;
  }

  /**
   * Opens or creates a journal.
   *
   * @param path the file; its folder is made
   * @param identity what must be the same for a run to go on; a file of another run is refused
   * @param now milliseconds since 1970, for a new run
   * @param retryDead forget the dead letters of the run that goes on, so that they are tried again
   * @throws JournalUnusable
   */
  static async open(
    path: string,
    identity: { readonly pipeline: string; readonly fingerprint: string },
    now: number,
    retryDead = false,
  ): Promise<Journal> {
    const lock = ProcessLock.take(`${path}.lock`);
    let file: FileHandle | undefined;
    try {
      mkdirSync(dirname(path), { recursive: true });
      file = await open(path, "a+");
      if (!(await file.stat()).isFile()) throw new JournalUnusable(path, "is not a file; name another one");
      const bytes = await file.readFile();
      // Only a kill in the middle of a write leaves a line without an end.
      const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
      if (whole.length < bytes.length) await file.truncate(whole.length);
      const parsed = parse(path, whole.toString("utf8"), retryDead);
      const { header } = parsed;
      if (header === undefined) {
        const fresh: JournalHeader = { format: FORMAT, ...identity, startedAt: now };
        await file.appendFile(encodeLine(fresh));
        return new Journal(fresh, false, parsed, file, lock);
      }
      if (header.pipeline !== identity.pipeline || header.fingerprint !== identity.fingerprint) {
        throw new JournalUnusable(
          path,
          "holds an unfinished run with other settings or another pipeline; finish it with the settings it had, or delete the file",
        );
      }
      return new Journal(header, true, parsed, file, lock);
    } catch (error) {
      await file?.close();
      lock.release();
      if (error instanceof JournalUnusable) throw error;
      const { code } = error as NodeJS.ErrnoException;
      throw new JournalUnusable(
        path,
        `cannot be opened for writing (${code ?? String(error)}); name a file in a folder that can be written`,
        { cause: error },
      );
    }
  }

  /** How an item left a stage in an earlier process. */
  ending(stage: string, id: string): Ending | undefined {
    return this.#endings.get(keyOf(stage, id));
  }

  /** Why nothing is written any more; undefined while all is well. The run goes on, only not resumable. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Resolves when the line is with the operating system, or cannot be written (see `failure`). Never rejects. */
  append(ending: Ending): Promise<void> {
    if (this.#failure !== undefined) return Promise.resolve();
    this.#pending.push(encodeLine(ending));
    // Lines that come while a write is on its way go out together in the next.
    this.#writing ??= this.#flush();
    return this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
    this.#lock.release();
  }

  async #flush(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const lines = this.#pending;
        this.#pending = [];
        await this.#file.appendFile(lines.join(""));
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      this.#failure = code === "ENOSPC" ? "no space left on the device" : (code ?? String(error));
      this.#pending = [];
    } finally {
      this.#writing = undefined;
    }
  }
}

interface Parsed {
  readonly header: JournalHeader | undefined;
  readonly endings: Map<string, Ending>;
  readonly damaged: number;
}

function keyOf(stage: string, id: string): string {
  return `${stage}\0${id}`;
}

function parse(path: string, text: string, retryDead: boolean): Parsed {
  const [first, ...lines] = text.split("\n").filter((line) => line !== "");
  const endings = new Map<string, Ending>();
  if (first === undefined) return { header: undefined, endings, damaged: 0 };
  const header = decodeLine(first) as Partial<JournalHeader> | undefined;
  if (header?.format !== FORMAT) {
    throw new JournalUnusable(path, "is not a journal of a run, or its first line is damaged; delete it");
  }
  let damaged = 0;
  for (const line of lines) {
    const ending = decodeLine(line) as Ending | undefined;
    if (ending === undefined) damaged++;
    else if (retryDead && ending.end.kind === "dead") endings.delete(keyOf(ending.stage, ending.id));
    else endings.set(keyOf(ending.stage, ending.id), ending);
  }
  return { header: header as JournalHeader, endings, damaged };
}

/** A short text that is another one whenever the value is. */
export function fingerprintOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
