/** Options of one stream. */

import { InvalidOption } from "../errors.js";
import { type CallOptions, checkCallOptions } from "./call-options.js";

/** As for a call; a stream that has begun cannot be repeated, so there is no `retry`. */
export interface StreamOptions extends Omit<CallOptions, "retry"> {
  /**
   * Items that Python may make ahead of the reader. With 0 it makes one only when it is asked for.
   * @default 256
   */
  readonly ahead?: number;
}

export const DEFAULT_AHEAD = 256;
const MOST_AHEAD = 1 << 20;

/** @throws InvalidOption */
export function checkStreamOptions(options: StreamOptions): StreamOptions {
  const { ahead, ...rest } = options;
  if ("retry" in rest)
    throw new InvalidOption("retry", rest.retry, "nothing: a stream that has begun cannot be repeated");
  if (ahead !== undefined && !(Number.isInteger(ahead) && ahead >= 0 && ahead <= MOST_AHEAD))
    throw new InvalidOption("ahead", ahead, `a whole number of items from 0 to ${MOST_AHEAD}`);
  checkCallOptions(rest);
  return options;
}
