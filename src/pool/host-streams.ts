/** Iterators of this process that Python reads: several items at a time, where that makes nobody wait. */
import type { HostIterator, HostStream } from "./host-call.js";

/** Items that have gathered for this long, or of this size, are sent (milliseconds, bytes). */
const LONG_ENOUGH_MS = 1;
const LARGE_ENOUGH = 1 << 16;

export function newStream(iterator: () => HostIterator, abort: AbortController): HostStream {
  return { iterator, abort, isOpen: false, pending: undefined, held: [], hasEnded: false };
}

/** The iterator of an iterable. */
export function iteratorFrom(iterable: object): HostIterator {
  if (Symbol.asyncIterator in iterable) return (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  return (iterable as Iterable<unknown>)[Symbol.iterator]();
}

/** Waits for one item, and adds those that come at once. Fewer than one: the stream has ended. */
export async function gather(stream: HostStream, most: number): Promise<unknown[]> {
  const items: unknown[] = [];
  const begin = performance.now();
  let size = 0;
  stream.isOpen = true;
  const iterator = stream.iterator();
  for (;;) {
    let step: IteratorResult<unknown>;
    if (items.length === 0) step = await (stream.pending ?? iterator.next());
    else {
      const next = Promise.resolve(iterator.next());
      // Its failure is told when it is asked for.
      next.catch(() => {});
      const found = await atOnce(next);
      if (found === undefined) {
        stream.pending = next;
        return items;
      }
      step = found;
    }
    stream.pending = undefined;
    if (step.done) {
      stream.hasEnded = true;
      return items;
    }
    items.push(step.value);
    size += sizeOf(step.value);
    if (items.length >= most || size >= LARGE_ENOUGH || performance.now() - begin > LONG_ENOUGH_MS)
      return items;
  }
}

/** What a promise resolves to before anything else happens in this process; undefined when it needs longer, or fails. */
async function atOnce<T>(promise: Promise<T>): Promise<T | undefined> {
  let immediate: NodeJS.Immediate | undefined;
  const later = new Promise<undefined>((resolve) => {
    immediate = setImmediate(resolve, undefined);
  });
  try {
    return await Promise.race([promise, later]);
  } catch {
    return undefined;
  } finally {
    clearImmediate(immediate);
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  return ArrayBuffer.isView(value) ? value.byteLength : 0;
}
