/** What goes wrong with a run as a whole; what goes wrong with one item is a dead letter. */
import { NogilError } from "../errors.js";

/** The checkpoint file belongs to another run, is in use, or is something else. The message says what to do. */
export class JournalUnusable extends NogilError {
  constructor(
    readonly path: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super("JOURNAL_UNUSABLE", `${path}: ${reason}`, options);
  }
}

/** A stage took longer for one item than its `timeout`. Raise it, or find out what the item waits for. */
export class StageTimeout extends NogilError {
  readonly retryable = true;

  constructor(
    readonly stage: string,
    readonly timeout: number,
  ) {
    super("STAGE_TIMEOUT", `stage "${stage}" did not finish within ${timeout} ms`);
  }
}
