/** A copy of twice the length, for arrays that grow as a file is read. */
export function doubled(from: Int32Array): Int32Array<ArrayBuffer> {
  const to = new Int32Array(from.length * 2);
  to.set(from);
  return to;
}

/** A copy of at least `length` bytes and twice the size. */
export function grownBytes(from: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(Math.max(length, from.length * 2));
  to.set(from);
  return to;
}
