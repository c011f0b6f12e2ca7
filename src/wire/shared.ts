/** Arrays that lie in memory which every worker can map (docs/protocol.md, Shared arrays), as values of a message. */

import { arrayOver, kindOf } from "./arrays.js";
import { NdArray, type TypedArray } from "./special-values.js";
import { type ArrowLibrary, tableBytes } from "./tables.js";

/** What the numbers of an array are, and how they lie; `kind` is empty for plain bytes, `arrow` for a table. */
export interface Layout {
  readonly kind: string;
  readonly shape: readonly number[] | undefined;
  readonly byteLength: number;
}

/** What a message says of a shared array. */
export interface SharedReference extends Layout {
  /** Names it in this process. */
  readonly number: number;
  readonly isWritable: boolean;
  /** Where it can be opened, and the number of the file that must be there; or the content, where nothing is shared. */
  readonly place: { readonly path: string; readonly inode: number } | Uint8Array;
}

/** A value that travels as a reference to shared memory. */
export abstract class SharedValue {
  /** Undefined once it was freed. */
  abstract get reference(): SharedReference | undefined;
}

/** How the bytes of a value are read; undefined for what is neither bytes nor an array of numbers. */
export function layoutOf(
  value: unknown,
  arrow: ArrowLibrary | undefined,
): { readonly bytes: Uint8Array; readonly layout: Layout } | undefined {
  const table = typeof value === "object" && value !== null ? tableBytes(arrow, value) : undefined;
  if (table !== undefined) {
    return { bytes: table, layout: { kind: "arrow", shape: undefined, byteLength: table.byteLength } };
  }
  const data = value instanceof NdArray ? value.data : value;
  const isView = ArrayBuffer.isView(data);
  if (!isView && !(data instanceof ArrayBuffer) && !(data instanceof SharedArrayBuffer)) return undefined;
  const bytes = isView ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  const plain = value instanceof NdArray ? "u1" : "";
  const kind = isView ? (kindOf(data) ?? plain) : "";
  const shape = value instanceof NdArray ? value.shape : undefined;
  return { bytes, layout: { kind, shape, byteLength: bytes.byteLength } };
}

/** The array that these bytes are. */
export function arrayOf({ kind, shape }: Layout, bytes: Buffer): TypedArray | NdArray {
  const data = kind === "" || kind === "arrow" ? bytes : (arrayOver(kind, bytes, true) ?? bytes);
  return shape === undefined ? data : new NdArray(data, shape);
}
