import { type CancelStep, type NogilError, PythonError, type RunningStack } from "../errors.js";
import { toErrorDetails } from "../wire/index.js";

const INTERRUPT_CLASS = "nogil._channel.TaskCancelled";

/** Makes the error that a stopped task fails with. */
export type Failure = (step: CancelStep, cause: unknown, stacks: readonly RunningStack[]) => NogilError;

/** That a task is being stopped, and in the end how. */
export class Cancellation {
  step: CancelStep | undefined;
  /** Where the worker's tasks were before the interrupt. */
  stacks: readonly RunningStack[] = [];
  readonly #makeError: Failure;

  constructor(makeError: Failure) {
    this.#makeError = makeError;
  }

  failure(step: CancelStep, cause?: unknown): NogilError {
    this.step = step;
    return this.#makeError(step, cause, this.stacks);
  }

  /** The task raised: because we interrupted it, or because it noticed and left that way. */
  failureAfter(details: unknown): NogilError {
    const error = new PythonError(toErrorDetails(details));
    return this.failure(error.type === INTERRUPT_CLASS ? "interrupted" : "cooperative", error);
  }
}
