/** Lines of the files that a report names, read once each. */
import { decodeSource, LineIndex } from "../syntax/index.js";

export class SourceLines {
  private readonly indexes = new Map<string, LineIndex | undefined>();

  /** @param read - the bytes of a file by the path that the report names, undefined if they are gone */
  constructor(private readonly read: (path: string) => Uint8Array | undefined) {}

  /** The text of a line (from 1), or undefined. */
  line(path: string, line: number): string | undefined {
    const index = this.index(path);
    return index === undefined || line > index.lineCount ? undefined : index.lineText(line);
  }

  private index(path: string): LineIndex | undefined {
    if (!this.indexes.has(path)) {
      const bytes = this.read(path);
      this.indexes.set(path, bytes === undefined ? undefined : new LineIndex(decodeSource(bytes).bytes));
    }
    return this.indexes.get(path);
  }
}
