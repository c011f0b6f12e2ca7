/** Whether arrays that leave from their own memory are still what they were when their call was made. */
import { createHash } from "node:crypto";

/**
 * One text for each array: its size, 0 once its memory was transferred to another owner.
 *
 * @param contents whether the text depends on what is in the arrays, too; this reads them
 */
export function fingerprints(views: readonly Uint8Array[], contents: boolean): readonly string[] {
  return views.map((view) => {
    if (!contents || view.byteLength === 0) return String(view.byteLength);
    return `${view.byteLength} ${createHash("sha1").update(view).digest("base64")}`;
  });
}

/** True when nothing that `before` depends on has changed. */
export function isAsItWas(
  views: readonly Uint8Array[],
  before: readonly string[],
  contents: boolean,
): boolean {
  return fingerprints(views, contents).every((text, i) => text === before[i]);
}
