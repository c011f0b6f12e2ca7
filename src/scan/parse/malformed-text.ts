/** A text that is not of the format it must be of. Never leaves the scan: it becomes an entry of `errors`. */
export class MalformedText extends Error {
  /** @param line - from 1, where it is known */
  constructor(
    message: string,
    readonly line?: number,
    readonly column?: number,
  ) {
    super(message);
  }
}
