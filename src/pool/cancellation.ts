import { type CancelStep, type NogilError, PythonError } from "../errors.js";
import { toErrorDetails } from "../wire/index.js";

const INTERRUPT_CLASS = "nogil._channel.TaskCancelled";

/** Makes the error that a stopped task fails with. */
export type Failure = (step: CancelStep, cause: unknown) => NogilError;

/** That a task is being stopped, and in the end how. */
export class Cancellation {
  step: CancelStep | undefined;
  readonly #makeError: Failure;

  constructor(makeError: Failure) {
    this.#makeError = makeError;
  }

  failure(step: CancelStep, cause?: unknown): NogilError {
    this.step = step;
    return this.#makeError(step, cause);
  }

  /** The task raised: because we interrupted it, or because it noticed and left that way. */
  failureAfter(details: unknown): NogilError {
    const error = new PythonError(toErrorDetails(details));
    return this.failure(error.type === INTERRUPT_CLASS ? "interrupted" : "cooperative", error);
  }
}
