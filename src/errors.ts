/**
 * The one hierarchy of errors. Every error says what happened, to what, and what to do next;
 * `code` is stable across versions and realms, so callers match on it rather than on the text.
 */

/** Stable identifiers, one for each class below. */
export type ErrorCode =
  | "INVALID_OPTION"
  | "INTERPRETER_NOT_FOUND"
  | "INTERPRETER_UNUSABLE"
  | "INSTALL_FAILED"
  | "WORKER_START_FAILED"
  | "MODULE_LOAD_FAILED"
  | "FUNCTION_NOT_FOUND"
  | "PYTHON_ERROR"
  | "NOT_SENDABLE"
  | "PROTOCOL_ERROR"
  | "SHARED_FREED"
  | "SHARED_MEMORY_FULL"
  | "QUEUE_FULL"
  | "TASK_CANCELLED"
  | "TASK_TIMEOUT"
  | "WORKER_CRASHED"
  | "WORKER_REPLACED"
  | "SESSION_LOST"
  | "RESIDENT_GONE"
  | "NESTING_TOO_DEEP"
  | "POOL_CLOSED"
  | "POOL_UNAVAILABLE"
  | "PROFILE_FAILED"
  | "PYTHON_SOURCE"
  | "UNSUPPORTED"
  | "LLM_AUTHENTICATION"
  | "LLM_MODEL_NOT_FOUND"
  | "LLM_CONTEXT_TOO_LONG"
  | "LLM_CONTENT_FILTERED"
  | "LLM_REQUEST_REJECTED"
  | "LLM_RATE_LIMITED"
  | "LLM_QUOTA_EXHAUSTED"
  | "LLM_SERVER_ERROR"
  | "LLM_CONNECTION"
  | "LLM_STREAM_CUT"
  | "LLM_BAD_RESPONSE"
  | "LLM_TIMEOUT"
  | "LLM_ABORTED"
  | "LLM_BUDGET_EXCEEDED"
  | "LLM_CIRCUIT_OPEN"
  | "LLM_TOOL_ROUNDS"
  | "LLM_INVALID_OUTPUT"
  | "LLM_PEER_MISSING"
  | "JOURNAL_UNUSABLE"
  | "STAGE_TIMEOUT"
  | "SOURCE_FAILED"
  | "ARTICLE_REJECTED"
  | "PUBLISH_FAILED";

const BRAND = Symbol.for("nogil.error");

/** Base of every error that nogil raises. */
export class NogilError extends Error {
  readonly code: ErrorCode;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** True for an error of this package, also one that crossed a realm or came from a second copy of it. */
export function isNogilError(value: unknown): value is NogilError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
}

/** An option has a value that is not allowed. Correct the option named in the message. */
export class InvalidOption extends NogilError {
  constructor(
    readonly option: string,
    readonly value: unknown,
    readonly expected: string,
  ) {
    super("INVALID_OPTION", `option "${option}" is ${describe(value)}, expected ${expected}`);
  }
}

/** No Python, or none that satisfies the request. The message lists what was looked at. */
export class InterpreterNotFound extends NogilError {
  constructor(
    message: string,
    readonly searched: readonly string[] = [],
  ) {
    super("INTERPRETER_NOT_FOUND", message);
  }
}

/** A Python that is there but does not start or is too old. */
export class InterpreterUnusable extends NogilError {
  constructor(
    readonly path: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super("INTERPRETER_UNUSABLE", `${path}: ${reason}`, options);
  }
}

/** A free-threaded interpreter could not be obtained; `attempts` says what each source answered. */
export class InstallFailed extends NogilError {
  constructor(
    message: string,
    readonly attempts: readonly { readonly source: string; readonly reason: string }[] = [],
    options?: ErrorOptions,
  ) {
    super("INSTALL_FAILED", message, options);
  }
}

/** A worker process did not come up; `stderr` holds the last lines it wrote. */
export class WorkerStartFailed extends NogilError {
  constructor(
    message: string,
    readonly stderr: string = "",
    options?: ErrorOptions,
  ) {
    super("WORKER_START_FAILED", stderr === "" ? message : `${message}\n${stderr}`, options);
  }
}

/** A Python module does not exist, does not parse, or raised while it was imported. */
export class ModuleLoadFailed extends NogilError {
  constructor(
    readonly module: string,
    readonly pythonError: PythonError,
  ) {
    super("MODULE_LOAD_FAILED", `cannot load Python module "${module}": ${pythonError.message}`, {
      cause: pythonError,
    });
  }
}

/** The name called is not exported by any loaded module; `nearest` holds the names most like it. */
export class FunctionNotFound extends NogilError {
  constructor(
    readonly functionName: string,
    message: string,
    readonly nearest: readonly string[] = [],
  ) {
    super("FUNCTION_NOT_FOUND", message);
  }
}

/** What Python said of an exception. */
export interface PythonErrorDetails {
  /** Class name with its module, `builtins` left out: `ValueError`, `stats.EmptyInput`. */
  readonly type: string;
  /** Names of the class and all its bases, most derived first. */
  readonly bases: readonly string[];
  /** `str(exception)`. */
  readonly text: string;
  /** `exception.args`, as far as they can travel; else their `repr`. */
  readonly args: readonly unknown[];
  /** The formatted traceback, chained causes and notes included. */
  readonly traceback: string;
  /** `exception.__notes__` (PEP 678). */
  readonly notes: readonly string[];
  /** `__cause__`, or `__context__` unless suppressed (PEP 3134). */
  readonly cause?: PythonErrorDetails;
}

/** An exception raised by Python code. */
export class PythonError extends NogilError {
  /** Class name with its module, `builtins` left out. */
  readonly type: string;
  /** Names of the class and all its bases, most derived first. */
  readonly bases: readonly string[];
  /** `exception.args`, as far as they can travel; else their `repr`. */
  readonly args: readonly unknown[];
  /** The formatted Python traceback, causes and notes included. */
  readonly traceback: string;
  /** `exception.__notes__`. */
  readonly notes: readonly string[];

  constructor(details: PythonErrorDetails) {
    super(
      "PYTHON_ERROR",
      details.text === "" ? details.type : `${details.type}: ${details.text}`,
      details.cause === undefined ? undefined : { cause: new PythonError(details.cause) },
    );
    this.type = details.type;
    this.bases = details.bases;
    this.args = details.args;
    this.traceback = details.traceback;
    this.notes = details.notes;
  }

  /**
   * Like Python's `isinstance`, by name: `error.isInstance("LookupError")` is true for a `KeyError`.
   * A name without a module matches the class in any module.
   */
  isInstance(type: string): boolean {
    return this.bases.some((base) => base === type || base.endsWith(`.${type}`));
  }
}

/** A value cannot travel between TypeScript and Python; `path` is its place inside the value sent. */
export class NotSendable extends NogilError {
  constructor(
    readonly path: string,
    reason: string,
  ) {
    super("NOT_SENDABLE", `${path}: ${reason}`);
  }
}

/** Bytes on a channel do not follow the protocol. The worker that sent them is replaced. */
export class ProtocolError extends NogilError {
  constructor(message: string, options?: ErrorOptions) {
    super("PROTOCOL_ERROR", message, options);
  }
}

/** An array does not fit into shared memory. Free others, or raise `maxSharedBytes`. */
export class SharedMemoryFull extends NogilError {
  constructor(
    readonly wantedBytes: number,
    readonly sharedBytes: number,
    readonly maxSharedBytes: number,
    options?: ErrorOptions,
  ) {
    super(
      "SHARED_MEMORY_FULL",
      options?.cause === undefined
        ? `${wantedBytes} bytes do not fit: ${sharedBytes} of maxSharedBytes = ${maxSharedBytes} are taken; ` +
            "free shared arrays that are not used any more, or raise maxSharedBytes"
        : `${wantedBytes} bytes cannot be put into shared memory: ${(options.cause as Error).message}`,
      options,
    );
  }
}

/** The pool's queue is at `maxQueue`. Wait for results, use `map`, or raise the limit. */
export class QueueFull extends NogilError {
  constructor(readonly maxQueue: number) {
    super(
      "QUEUE_FULL",
      `the pool already holds maxQueue = ${maxQueue} waiting tasks; await some results first, ` +
        "use pool.map (it waits by itself), or raise maxQueue",
    );
  }
}

/** How far a cancellation had to go. */
export type CancelStep = "queued" | "cooperative" | "interrupted" | "killed";

/** The task was cancelled; `step` is what it took. */
export class TaskCancelled extends NogilError {
  constructor(
    readonly functionName: string,
    readonly step: CancelStep,
    options?: ErrorOptions,
  ) {
    super("TASK_CANCELLED", `${functionName} was cancelled (${step})`, options);
  }
}

/** Where a thread was when a task that ran too long could not be interrupted. */
export interface RunningStack {
  readonly functionName: string;
  /** Number of the thread within its worker, from 0. */
  readonly thread: number;
  /** As Python prints it, the innermost call last. */
  readonly stack: string;
}

/**
 * The task did not finish within its `timeout`; `step` is what it took to stop it. `stacks` says where it was, and
 * where the other tasks of its worker were: with two locks taken crosswise, both ends of the deadlock.
 */
export class TaskTimeout extends NogilError {
  constructor(
    readonly functionName: string,
    readonly timeout: number,
    readonly step: CancelStep,
    readonly stacks: readonly RunningStack[] = [],
  ) {
    const where = stacks.map(
      ({ functionName, thread, stack }) => `\n${functionName}, thread ${thread}:\n${stack}`,
    );
    super("TASK_TIMEOUT", `${functionName} did not finish within ${timeout} ms (${step})${where.join("")}`);
  }
}

/** What is known of a worker's death. */
export interface WorkerExit {
  readonly pid: number | undefined;
  /** Exit code, or null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Last lines of stderr, `faulthandler` trace included. */
  readonly stderr: string;
}

/** The worker died while it held the task. */
export class WorkerCrashed extends NogilError {
  readonly exit: WorkerExit;

  constructor(message: string, exit: WorkerExit) {
    super("WORKER_CRASHED", exit.stderr === "" ? message : `${message}\n${exit.stderr}`);
    this.exit = exit;
  }
}

/** The worker was replaced (another of its tasks could not be stopped) and this task is not idempotent. */
export class WorkerReplaced extends NogilError {
  constructor(readonly functionName: string) {
    super(
      "WORKER_REPLACED",
      `${functionName}: its worker was replaced because another task on it could not be stopped; ` +
        "pass { retry: { idempotent: true } } to have such a task run again",
    );
  }
}

/** The worker of a strict session is gone, and with it the session's state. Open a new session. */
export class SessionLost extends NogilError {
  constructor(readonly session: string) {
    super(
      "SESSION_LOST",
      `the worker of session "${session}" is gone, and a strict session cannot move to another; open a new session`,
    );
  }
}

/**
 * A reference to an object that stays in Python is used, and the object is not there any more: it was freed, or its
 * worker takes no more calls. Create it anew.
 */
export class ResidentGone extends NogilError {
  constructor(
    readonly reason: "freed" | "worker-gone",
    /** Number of the reference in this process. */
    readonly resident: number,
    /** The object's Python class, with the module. */
    readonly type: string,
    /** Process id of the worker. */
    readonly worker: number | undefined,
    /** How the worker ended; undefined where the object was freed, or the worker is only about to end. */
    readonly exit?: WorkerExit,
  ) {
    const how =
      exit === undefined
        ? "which is being replaced"
        : exit.signal !== null
          ? `which was killed by ${exit.signal}`
          : `which ended with exit code ${exit.exitCode}`;
    super(
      "RESIDENT_GONE",
      reason === "freed"
        ? `resident ${resident} (${type}) in worker ${worker} was freed; keep its reference, or create the object anew`
        : `resident ${resident} (${type}) is gone with its worker (pid ${worker}), ${how}; create the object anew`,
    );
  }
}

/** Calls of Python within host functions within calls of Python go deeper than is allowed. Look for a loop. */
export class NestingTooDeep extends NogilError {
  constructor(
    readonly functionName: string,
    readonly depth: number,
  ) {
    super(
      "NESTING_TOO_DEEP",
      `${functionName} would be call ${depth + 1} inside one another (Python, host function, Python …); at most ${depth} may be`,
    );
  }
}

/** The pool was closed before the task could run. */
export class PoolClosed extends NogilError {
  constructor(message = "the pool is closed") {
    super("POOL_CLOSED", message);
  }
}

/** The pool cannot keep a worker alive; `cause` is the last reason. */
export class PoolUnavailable extends NogilError {
  constructor(message: string, options?: ErrorOptions) {
    super("POOL_UNAVAILABLE", message, options);
  }
}

/** The code to profile cannot be measured at all; `detail` is Python's traceback or the stacks of its threads. */
export class ProfileFailed extends NogilError {
  constructor(
    message: string,
    readonly detail: string = "",
  ) {
    super("PROFILE_FAILED", detail === "" ? message : `${message}\n${detail.trimEnd()}`);
  }
}

/** A Python file that cannot be read for its types: not there, or not Python. It was not run. */
export class PythonSourceError extends NogilError {
  constructor(
    readonly file: string,
    readonly reason: string,
    /** From 1; undefined where the whole file is meant. */
    readonly line?: number,
    /** In characters, from 1. */
    readonly column?: number,
    options?: ErrorOptions,
  ) {
    const place = line === undefined ? "" : `:${line}:${column ?? 1}`;
    super("PYTHON_SOURCE", `${file}${place}: ${reason}`, options);
  }
}

/** Python's signature allows the call, and this version of nogil cannot make it; the message says what to do instead. */
export class Unsupported extends NogilError {
  constructor(message: string) {
    super("UNSUPPORTED", message);
  }
}

const DESCRIBED_LENGTH = 80;

/** A short, safe rendering of any value for a message. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(clip(value));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value === "symbol") return value.toString();
  if (typeof value !== "object" || value === null) return String(value);
  const name = value.constructor?.name ?? "object";
  if (name !== "Object" && name !== "Array") return `a ${name}`;
  try {
    return clip(JSON.stringify(value));
  } catch {
    return `an ${name.toLowerCase()}`;
  }
}

function clip(text: string): string {
  return text.length > DESCRIBED_LENGTH ? `${text.slice(0, DESCRIBED_LENGTH)}…` : text;
}
