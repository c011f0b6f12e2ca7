import { type ChildProcess, spawn } from "node:child_process";

/**
 * Runs one command to its end, or to its time limit, and leaves nothing of it behind: the command gets its own
 * process group, and the whole group is ended. A Python that hangs often does so in a child it started.
 */

/** How a command is run. */
export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly cwd?: string | undefined;
  /** Milliseconds until the group is killed; without it, as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /** When to give up on a command that shows no sign of life. */
  readonly watch?: Watch | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Every piece of output, both streams. */
  readonly onOutput?: ((text: string) => void) | undefined;
  /**
   * End the command when this process ends, however that happens. For long builds: an orphaned `make` would go on
   * writing into a folder that the next attempt takes over. POSIX only, ignored elsewhere.
   */
  readonly endWithUs?: boolean | undefined;
}

/** When a command counts as stalled. A source out of reach is known by its silence, often with no limit of its own. */
export interface Watch {
  /** Milliseconds until the first sign of life. */
  readonly firstMs: number;
  /** Milliseconds between later ones. */
  readonly laterMs: number;
  /** Which output is a sign; by default all is. */
  readonly isSign?: (text: string) => boolean;
  /** Asked now and then: true when there was progress that is not seen in the output. */
  readonly poll?: () => boolean;
}

/** What became of a command. */
export interface CommandResult {
  readonly outcome: "exited" | "timed out" | "stalled" | "not started";
  /** Exit code, null when a signal ended it or it did not start. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last megabyte of each stream. */
  readonly stdout: string;
  readonly stderr: string;
  /** The system's error when it did not start, such as EACCES or ENOENT. */
  readonly error: NodeJS.ErrnoException | undefined;
}

const KEPT_OUTPUT = 1 << 20;
/** From SIGTERM, on which `make` and `gcc` delete what is half written, to SIGKILL. */
const TERM_GRACE_MS = 2_000;
/** After the process is gone, how long to wait for output that a left-over child may hold open. */
const DRAIN_MS = 200;

/**
 * A shell that watches its standard input, a pipe from us: end-of-file means that we are gone, and then it
 * terminates its process group, `$@` included.
 */
const WATCHED = `exec 3<&0
{ cat <&3; kill -TERM 0; } >/dev/null 2>&1 &
watch=$!
"$@" </dev/null 3<&-
status=$?
kill $watch 2>/dev/null
exit $status`;

/**
 * Runs `file` with `args`. Never rejects for what the command does; rejects with the signal's reason when aborted.
 */
export function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const watched = options.endWithUs === true && process.platform !== "win32";
  const [command, commandArgs] = watched
    ? ["/bin/sh", ["-c", WATCHED, "sh", file, ...args]]
    : [file, [...args]];
  return new Promise((resolve, reject) => {
    const { signal } = options;
    if (signal?.aborted) return reject(signal.reason);
    let outcome: CommandResult["outcome"] = "exited";
    let stdout = "";
    let stderr = "";
    let lastSign = Date.now();
    let alive = false;
    const timers: NodeJS.Timeout[] = [];
    const settle = (result: Pick<CommandResult, "code" | "signal" | "error">) => {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      if (signal?.aborted) reject(signal.reason);
      else resolve({ outcome, stdout, stderr, ...result });
    };

    let child: ChildProcess;
    try {
      child = spawn(command, commandArgs, {
        env: options.env,
        cwd: options.cwd,
        stdio: [watched ? "pipe" : "ignore", "pipe", "pipe"],
        detached: process.platform !== "win32",
        windowsHide: true,
      });
    } catch (error) {
      outcome = "not started";
      return settle({ code: null, signal: null, error: error as NodeJS.ErrnoException });
    }
    const stop = (why: CommandResult["outcome"]) => {
      outcome = why;
      const gentle = options.endWithUs === true;
      killGroup(child, gentle ? "SIGTERM" : "SIGKILL");
      if (gentle) timers.push(setTimeout(() => killGroup(child, "SIGKILL"), TERM_GRACE_MS));
    };
    const onAbort = () => stop("exited");
    signal?.addEventListener("abort", onAbort, { once: true });
    if (options.timeoutMs !== undefined) timers.push(setTimeout(() => stop("timed out"), options.timeoutMs));
    const { watch } = options;
    if (watch !== undefined) {
      const look = () => {
        if (watch.poll?.()) sign();
        const limit = alive ? watch.laterMs : watch.firstMs;
        if (Date.now() - lastSign >= limit && outcome === "exited") stop("stalled");
      };
      timers.push(setInterval(look, Math.max(20, watch.firstMs / 10)));
    }
    const sign = () => {
      alive = true;
      lastSign = Date.now();
    };
    const heard = (text: string) => {
      if (watch?.isSign?.(text) ?? true) sign();
      options.onOutput?.(text);
    };
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout = (stdout + text).slice(-KEPT_OUTPUT);
      heard(text);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-KEPT_OUTPUT);
      heard(text);
    });
    child.stdin?.on("error", () => {});
    child.once("error", (error) => {
      if (child.pid !== undefined) return;
      outcome = "not started";
      settle({ code: null, signal: null, error });
    });
    child.once("exit", () => {
      child.stdin?.destroy();
      timers.push(
        setTimeout(() => {
          killGroup(child, "SIGKILL");
          child.stdout?.destroy();
          child.stderr?.destroy();
        }, DRAIN_MS),
      );
    });
    child.once("close", (code, killedBy) => settle({ code, signal: killedBy, error: undefined }));
  });
}

/** The last lines of what a command wrote, for a message. */
export function lastLines(text: string, count = 3): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-count)
    .join("\n");
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
