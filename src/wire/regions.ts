/**
 * Memory that the host shares with one thread of a worker: attachments of large messages are copied into it once and
 * read from it once, instead of passing a socket in small pieces (docs/protocol.md, Regions).
 *
 * The worker makes a region (`memfd_create`) and says its descriptor; here it is the file `/proc/<pid>/fd/<n>`, read and
 * written by the thread pool of Node. No native code is needed, and pages stay, so only the first use pays for them.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  read,
  readlinkSync,
  readSync,
  write,
  writeSync,
} from "node:fs";
import { promisify } from "node:util";
import { ProtocolError } from "../errors.js";
import { fingerprints, isAsItWas } from "./fingerprint.js";
import { aligned } from "./frame.js";

/** Attachments of a message go through a region from this size on; below, the socket is as quick. */
export const REGION_FROM_BYTES = 1 << 16;
/** Up to here a copy takes less than half a millisecond and is done at once, above on the thread pool. */
const AT_ONCE_BYTES = 1 << 20;
/** One operation of the thread pool; larger ones would keep a thread that file access and DNS wait for. */
const PIECE_BYTES = 1 << 22;
/** Most of the time goes into fresh pages for the copy, which two threads get in parallel; writing does not gain. */
const READS_AT_ONCE = 2;
/** Pages of a region that nobody used for this long are given back (milliseconds). */
const IDLE_MS = 10_000;
/** What stays: the page that holds the mark of a reply region. */
const IDLE_BYTES = 1 << 12;
/** Where the data of a reply region begins. Before it: one byte, 1 while the host has not taken the reply yet. */
const REPLY_DATA_AT = 64;
const FREE = Uint8Array.of(0);

const readPiece = promisify(read);
const writePiece = promisify(write);

/** The open file of a region. Closed when asked to and no copy is under way: its number may be somebody else's then. */
export class RegionFile {
  readonly #descriptor: number;
  #copying = 0;
  #closed = false;
  #idle: NodeJS.Timeout | undefined;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Undefined where the system does not allow it, or the descriptor is no region (any more): sockets do as well. */
  static open(path: string): RegionFile | undefined {
    try {
      return readlinkSync(path).startsWith("/memfd:nogil") ? new RegionFile(openSync(path, "r+")) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Where another process of this user can open it while it is open here, and the number of the file it finds there. */
  get place(): { readonly path: string; readonly inode: number } {
    return { path: `/proc/${process.pid}/fd/${this.#descriptor}`, inode: fstatSync(this.#descriptor).ino };
  }

  /** Fills `bytes`; a promise where that takes longer. */
  read(bytes: Buffer, position: number): Promise<void> | undefined {
    if (bytes.length <= AT_ONCE_BYTES) {
      if (readSync(this.#descriptor, bytes, 0, bytes.length, position) !== bytes.length) throw tooShort();
      return undefined;
    }
    let next = 0;
    const readPieces = async () => {
      while (next < bytes.length) {
        const start = next;
        next += PIECE_BYTES;
        const size = Math.min(PIECE_BYTES, bytes.length - start);
        const { bytesRead } = await readPiece(this.#descriptor, bytes, start, size, position + start);
        if (bytesRead !== size) throw tooShort();
      }
    };
    return this.#copy(async () => {
      // All of them, also when one fails: the file may be closed after this.
      const ends = await Promise.allSettled(Array.from({ length: READS_AT_ONCE }, readPieces));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    });
  }

  write(views: readonly Uint8Array[], position: number): Promise<void> {
    return this.#copy(async () => {
      let start = position;
      for (const view of views) {
        for (let done = 0; done < view.byteLength; ) {
          const size = Math.min(PIECE_BYTES, view.byteLength - done);
          done += (await writePiece(this.#descriptor, view, done, size, start + done)).bytesWritten;
        }
        start += aligned(view.byteLength);
      }
    });
  }

  mark(value: Uint8Array): void {
    writeSync(this.#descriptor, value, 0, 1, 0);
  }

  /** Gives memory back after a while. The worker looks at the size before it touches anything. */
  rest(): void {
    this.#idle ??= setTimeout(() => {
      this.#idle = undefined;
      if (!this.#closed) ftruncateSync(this.#descriptor, IDLE_BYTES);
    }, IDLE_MS).unref();
  }

  wake(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.wake();
    if (this.#copying === 0) closeSync(this.#descriptor);
  }

  async #copy(work: () => Promise<void>): Promise<void> {
    this.#copying++;
    try {
      await work();
    } finally {
      this.#copying--;
      if (this.#closed && this.#copying === 0) closeSync(this.#descriptor);
    }
  }
}

/** Host to worker. Holds the attachments of one call from the moment it is encoded to its reply. */
export class RequestRegion {
  readonly #file: RegionFile;
  #task = 0;
  #frame: Uint8Array | undefined;
  #views: readonly Uint8Array[] | undefined;
  #before: readonly string[] = [];
  #checksContents = false;

  private constructor(file: RegionFile) {
    this.#file = file;
  }

  static open(path: string): RequestRegion | undefined {
    const file = RegionFile.open(path);
    return file && new RequestRegion(file);
  }

  /** Takes the region for a task; false while another one has it. */
  claim(task: number, views: readonly Uint8Array[], checksContents: boolean): boolean {
    if (this.#task !== 0) return false;
    this.#file.wake();
    this.#task = task;
    this.#views = views;
    this.#before = fingerprints(views, checksContents);
    this.#checksContents = checksContents;
    return true;
  }

  /** The frame that the attachments belong to. */
  announce(frame: Uint8Array): void {
    this.#frame = frame;
  }

  /** True when attachments were claimed for and are not copied yet: no later bytes may overtake them. */
  get isWaiting(): boolean {
    return this.#views !== undefined;
  }

  /**
   * Copies what was claimed for. Resolves to the task and its frame, which must not be sent, when an array was
   * changed meanwhile: what lies in the region then is not what was to be sent.
   */
  async write(): Promise<{ readonly task: number; readonly frame: Uint8Array | undefined } | undefined> {
    const views = this.#views ?? [];
    const [task, frame, before] = [this.#task, this.#frame, this.#before];
    this.#views = undefined;
    this.#frame = undefined;
    await this.#file.write(views, 0);
    return isAsItWas(views, before, this.#checksContents) ? undefined : { task, frame };
  }

  /** The worker has answered the task, and nothing there uses the data any more. */
  release(task: number): void {
    if (task !== this.#task) return;
    this.#task = 0;
    this.#file.rest();
  }

  close(): void {
    this.#file.close();
  }
}

/**
 * Worker to host. It is the host's from the moment a reply lies there until `free`, and only in that time may the host
 * give pages back: the worker would die of a page that goes while it writes.
 */
export class ReplyRegion {
  readonly #file: RegionFile;
  #isOurs = false;

  private constructor(file: RegionFile) {
    this.#file = file;
    file.mark(FREE);
  }

  static open(path: string): ReplyRegion | undefined {
    const file = RegionFile.open(path);
    return file && new ReplyRegion(file);
  }

  /**
   * The attachments of the reply that waits there, in memory of their own; a promise where that takes longer.
   *
   * @throws ProtocolError when there is less than was said.
   */
  take(size: number): Buffer | Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(size);
    const reading = this.#file.read(bytes, REPLY_DATA_AT);
    if (reading === undefined) return this.#taken(bytes);
    return reading.then(() => this.#taken(bytes));
  }

  /** Lets the worker have it for the next reply. */
  free(): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    this.#file.wake();
    this.#file.mark(FREE);
  }

  close(): void {
    this.#file.close();
  }

  #taken(bytes: Buffer): Buffer {
    this.#isOurs = true;
    this.#file.rest();
    return bytes;
  }
}

function tooShort(): ProtocolError {
  return new ProtocolError("a region holds less than its message says");
}
