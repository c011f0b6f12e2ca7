/** Tables of Apache Arrow, which travel as its IPC stream (https://arrow.apache.org/docs/format/Columnar.html). */

/** The part of the package `apache-arrow` that tables need: `import * as arrow from "apache-arrow"`. */
export interface ArrowLibrary {
  readonly Table: abstract new (...args: never[]) => object;
  tableFromIPC(bytes: Uint8Array): object;
  tableToIPC(table: object, type: "stream"): Uint8Array;
}

/** The bytes of a table; undefined for anything else. */
export function tableBytes(arrow: ArrowLibrary | undefined, value: object): Uint8Array | undefined {
  return arrow !== undefined && value instanceof arrow.Table ? arrow.tableToIPC(value, "stream") : undefined;
}

/** Looks like a table of `apache-arrow`, whichever copy of it made it. */
export function looksLikeTable(value: object): boolean {
  const { schema, batches } = value as { readonly schema?: unknown; readonly batches?: unknown };
  return Array.isArray(batches) && Array.isArray((schema as { fields?: unknown } | undefined)?.fields);
}
