/** Where each array of a tree lies in its buffer. */

/** How long the arrays are. */
export interface TreeSize {
  readonly count: number;
  readonly nameCount: number;
  readonly nameBytes: number;
  readonly commentCount: number;
}

/** The arrays of a tree, indexed by node; entry 0 is no node. */
export interface TreeArrays {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly data: Int32Array;
  readonly firstChildren: Int32Array;
  readonly nextSiblings: Int32Array;
  /** Name `id` is `namePool` from `nameOffsets[id]` to `nameOffsets[id + 1]`. */
  readonly nameOffsets: Int32Array;
  readonly comments: Int32Array;
  readonly kinds: Uint8Array;
  readonly namePool: Uint8Array;
}

const NODE_INTEGERS = 5;

/** Bytes that a tree of this size needs. */
export function treeBytes(size: TreeSize): number {
  const nodes = size.count + 1;
  const integers = NODE_INTEGERS * nodes + size.nameCount + 2 + size.commentCount;
  return integers * Int32Array.BYTES_PER_ELEMENT + nodes + size.nameBytes;
}

/** Views of the buffer, integers first so that they are aligned. */
export function treeArrays(buffer: ArrayBuffer, size: TreeSize): TreeArrays {
  const nodes = size.count + 1;
  let at = 0;
  const integers = (length: number): Int32Array => {
    const array = new Int32Array(buffer, at, length);
    at += array.byteLength;
    return array;
  };
  const starts = integers(nodes);
  const ends = integers(nodes);
  const data = integers(nodes);
  const firstChildren = integers(nodes);
  const nextSiblings = integers(nodes);
  const nameOffsets = integers(size.nameCount + 2);
  const comments = integers(size.commentCount);
  const kinds = new Uint8Array(buffer, at, nodes);
  const namePool = new Uint8Array(buffer, at + nodes, size.nameBytes);
  return { starts, ends, data, firstChildren, nextSiblings, nameOffsets, comments, kinds, namePool };
}
