/** Lines of the files that a report names, read once each. */
import { lineInSource, type Notebook, pythonSource } from "../notebook/index.js";
import type { SourceRange } from "../report.js";
import { decodeSource, LineIndex } from "../syntax/index.js";

interface IndexedSource {
  readonly lines: LineIndex;
  readonly notebook: Notebook | undefined;
}

export class SourceLines {
  private readonly sources = new Map<string, IndexedSource | undefined>();

  /** @param read - the bytes of a file by the path that the report names, undefined if they are gone */
  constructor(private readonly read: (path: string) => Uint8Array | undefined) {}

  /** The text of the first line of a range, or undefined. */
  line({ path, cell, line }: Pick<SourceRange, "path" | "cell" | "line">): string | undefined {
    const source = this.source(path);
    if (source === undefined) return undefined;
    const { lines, notebook } = source;
    const at = notebook === undefined || cell === undefined ? line : lineInSource(notebook, cell, line);
    return at > lines.lineCount ? undefined : lines.lineText(at);
  }

  private source(path: string): IndexedSource | undefined {
    if (!this.sources.has(path)) this.sources.set(path, indexed(path, this.read(path)));
    return this.sources.get(path);
  }
}

function indexed(path: string, file: Uint8Array | undefined): IndexedSource | undefined {
  if (file === undefined) return undefined;
  const { bytes, notebook } = pythonSource(path, file);
  return { lines: new LineIndex(decodeSource(bytes).bytes), notebook };
}
