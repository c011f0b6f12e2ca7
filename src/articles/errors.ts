/** What goes wrong with a source, a text or a file: each becomes a dead letter that names the cause. */
import { NogilError } from "../errors.js";

/** A source gave nothing that can be used. `retryable` says whether asking again may help. */
export class SourceFailed extends NogilError {
  constructor(
    readonly source: string,
    reason: string,
    readonly retryable: boolean = false,
    options?: ErrorOptions,
  ) {
    super("SOURCE_FAILED", `${source}: ${reason}`, options);
  }
}

/** An article did not pass the checks, also after it was written again. `reasons` says why. */
export class ArticleRejected extends NogilError {
  constructor(
    readonly title: string,
    readonly reasons: readonly string[],
  ) {
    super("ARTICLE_REJECTED", `"${title}" was not published: ${reasons.join("; ")}`);
  }
}

/** An article could not be written to its place. Make room, or the folder writable, and run again. */
export class PublishFailed extends NogilError {
  constructor(
    readonly path: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super("PUBLISH_FAILED", `${path}: ${reason}`, options);
  }
}

/** The reason of a failed file operation in words. */
export function fileReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return "no space left on the device";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "the folder cannot be written to";
    case "ENOTDIR":
      return "a part of the path is a file, not a folder";
    default:
      return code ?? String(error);
  }
}
