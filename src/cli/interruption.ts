/**
 * The ends that come from outside: Ctrl-C, SIGTERM, a reader of stdout that went away. The first one asks the command
 * to stop; the second, or a command that takes too long, ends the process. Workers end with it.
 */
import { ExitCode } from "./context.js";
import { fileProblem } from "./failure.js";

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
/** What a shell reports of a program whose reader went away. */
const BROKEN_PIPE = 128 + 13;
/** A task gets two seconds to stop before its worker is killed; a little more than that (milliseconds). */
const PATIENCE_MS = 3_000;

export class Interruption {
  readonly #controller = new AbortController();
  #exitCode: number | undefined;

  constructor() {
    for (const [name, exitCode] of Object.entries(SIGNALS)) process.on(name, () => this.#stop(exitCode));
    process.stderr.on("error", () => this.#stop(BROKEN_PIPE));
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      // A socket whose reader left data unread says ECONNRESET.
      const isUnread = error.code === "EPIPE" || error.code === "ECONNRESET";
      if (!isUnread && this.#exitCode === undefined) {
        process.stderr.write(`error: cannot write to stdout: ${fileProblem(error)}\n`);
      }
      this.#stop(isUnread ? BROKEN_PIPE : ExitCode.FAILED);
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code of the process if it was interrupted. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  #stop(exitCode: number): void {
    if (this.#exitCode !== undefined) process.exit(this.#exitCode);
    this.#exitCode = exitCode;
    this.#controller.abort();
    setTimeout(() => process.exit(exitCode), PATIENCE_MS).unref();
  }
}

/** What a promise resolves to, or a rejection as soon as the signal is aborted. What it waits for goes on. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
    promise.catch(() => {});
  }
}
