/** A summary with names for its columns. Rows are numbers; nothing is copied. */
import {
  BlockColumn,
  type BlockKind,
  EventColumn,
  type FileSummary,
  type Op,
  PathColumn,
  type RootKind,
} from "../summaries/index.js";

export class FileView {
  private readonly events: Int32Array;
  private readonly blocks: Int32Array;
  private readonly paths: Int32Array;

  constructor(
    readonly summary: FileSummary,
    /** Number of the file in the project. */
    readonly index: number,
    /** Dotted names that imports may know it by, longest first. */
    readonly module: string,
    /** True for tests: what they share, they share on purpose. */
    readonly isTest: boolean,
  ) {
    this.events = summary.events;
    this.blocks = summary.blocks;
    this.paths = summary.paths;
  }

  get path(): string {
    return this.summary.path;
  }

  text(id: number): string {
    return this.summary.strings[id] ?? "";
  }

  op(row: number): Op {
    return this.events[row * EventColumn.Size]!;
  }

  event(row: number, column: EventColumn): number {
    return this.events[row * EventColumn.Size + column]!;
  }

  has(row: number, flag: number): boolean {
    return (this.events[row * EventColumn.Size + EventColumn.Flags]! & flag) !== 0;
  }

  pathOf(row: number): number {
    return this.events[row * EventColumn.Size + EventColumn.Path]!;
  }

  keyOf(row: number): number {
    return this.events[row * EventColumn.Size + EventColumn.Key]!;
  }

  blockOf(row: number): number {
    return this.events[row * EventColumn.Size + EventColumn.Block]!;
  }

  detail(row: number): number {
    return this.events[row * EventColumn.Size + EventColumn.Detail]!;
  }

  origin(row: number): number {
    return this.events[row * EventColumn.Size + EventColumn.Origin]!;
  }

  /** The name of a method, of a callee, of a view. */
  nameOf(row: number): string {
    return this.text(this.events[row * EventColumn.Size + EventColumn.Name]!);
  }

  /** All arguments of one of the calls that keep them, parentheses included. */
  argumentsOf(row: number): string {
    return this.text(this.detail(row));
  }

  keyText(row: number): string {
    return this.text(this.keyOf(row));
  }

  start(row: number): number {
    return this.events[row * EventColumn.Size + EventColumn.Start]!;
  }

  end(row: number): number {
    return this.events[row * EventColumn.Size + EventColumn.End]!;
  }

  line(row: number): number {
    return this.lineAt(this.start(row));
  }

  /** The line of an offset, from 1. */
  lineAt(offset: number): number {
    const { lineStarts } = this.summary;
    let low = 0;
    let high = lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** The column of an offset, from 1, in UTF-16 code units. */
  columnAt(offset: number): number {
    const start = this.summary.lineStarts[this.lineAt(offset) - 1] ?? 0;
    const { wideBytes } = this.summary;
    return offset - start + 1 - (countBelow(wideBytes, offset) - countBelow(wideBytes, start));
  }

  block(block: number, column: BlockColumn): number {
    return this.blocks[block * BlockColumn.Size + column]!;
  }

  blockKind(block: number): BlockKind {
    return this.blocks[block * BlockColumn.Size]!;
  }

  parentBlock(block: number): number {
    return this.blocks[block * BlockColumn.Size + BlockColumn.Parent]!;
  }

  /** True if `block` is `ancestor` or inside it. */
  isInside(block: number, ancestor: number): boolean {
    let at = block;
    // A block is numbered after the blocks around it.
    while (at > ancestor) at = this.parentBlock(at);
    return at === ancestor;
  }

  /** The innermost block of a kind around a block, or 0. */
  enclosing(block: number, ...kinds: readonly BlockKind[]): number {
    let at = block;
    while (at !== 0 && !kinds.includes(this.blockKind(at))) at = this.parentBlock(at);
    return at;
  }

  pathKind(path: number): RootKind {
    return this.paths[path * PathColumn.Size]!;
  }

  pathOwner(path: number): number {
    return this.paths[path * PathColumn.Size + PathColumn.Owner]!;
  }

  pathName(path: number): string {
    return this.text(this.paths[path * PathColumn.Size + PathColumn.Name]!);
  }

  get pathCount(): number {
    return this.paths.length / PathColumn.Size;
  }

  get eventCount(): number {
    return this.events.length / EventColumn.Size;
  }
}

/** How many of the sorted numbers are below a bound. */
function countBelow(sorted: Int32Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
