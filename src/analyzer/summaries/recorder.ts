/** The tables of one summary while they grow. */
import type { SyntaxTree } from "../syntax/index.js";
import {
  BlockColumn,
  type BlockKind,
  EventColumn,
  type Op,
  PathColumn,
  RegionColumn,
  type RegionKind,
  RootKind,
} from "./summary.js";

const INITIAL_ROWS = 256;
const decoder = new TextDecoder();

/** Longer keys are cut: two keys that differ only behind it do not occur. */
const MAX_KEY_BYTES = 120;

/** As much of the arguments of a call as is kept: keywords such as `daemon=True` stand in it. */
const MAX_ARGUMENT_BYTES = 400;

/** Rows of `width` integers; row 0 stands for "none". */
export class Rows {
  data: Int32Array;
  count = 1;

  constructor(readonly width: number) {
    this.data = new Int32Array(INITIAL_ROWS * width);
  }

  /** Appends a row of zeros and gives its number. */
  add(): number {
    const row = this.count++;
    if (this.count * this.width > this.data.length) {
      const larger = new Int32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    return row;
  }

  get(row: number, column: number): number {
    return this.data[row * this.width + column]!;
  }

  set(row: number, column: number, value: number): void {
    this.data[row * this.width + column] = value;
  }

  /** The rows so far, in memory of their own. */
  packed(): Int32Array {
    return this.data.slice(0, this.count * this.width);
  }
}

export class Recorder {
  readonly strings: string[] = [""];
  readonly paths = new Rows(PathColumn.Size);
  readonly events = new Rows(EventColumn.Size);
  readonly blocks = new Rows(BlockColumn.Size);
  readonly regions = new Rows(RegionColumn.Size);
  readonly locksets: number[][] = [[]];
  /** Number of the lockset that holds now. */
  lockset = 0;
  /** The block that is being walked. */
  block = 0;

  private readonly stringIds = new Map<string, number>([["", 0]]);
  private readonly nameStrings: Int32Array;
  private readonly pathIds = new Map<number, number>();
  private readonly locksetIds = new Map<string, number>([["", 0]]);

  constructor(
    readonly tree: SyntaxTree,
    readonly bytes: Uint8Array,
  ) {
    this.nameStrings = new Int32Array(tree.nameCount + 1);
  }

  string(text: string): number {
    let id = this.stringIds.get(text);
    if (id === undefined) {
      id = this.strings.push(text) - 1;
      this.stringIds.set(text, id);
    }
    return id;
  }

  /** The text of a name of the tree. */
  nameString(nameId: number): number {
    let id = this.nameStrings[nameId]!;
    if (id === 0 && nameId !== 0) {
      id = this.string(this.tree.nameText(nameId));
      this.nameStrings[nameId] = id;
    }
    return id;
  }

  /** The source of a node as a text: two subscripts are the same if their sources are. */
  sourceString(node: number): number {
    const start = this.tree.starts[node]!;
    const end = Math.min(this.tree.ends[node]!, start + MAX_KEY_BYTES);
    return this.string(decoder.decode(this.bytes.subarray(start, end)));
  }

  /** A stretch of the source as a text, cut where it is long. */
  sourceBetween(start: number, end: number): number {
    return this.string(decoder.decode(this.bytes.subarray(start, Math.min(end, start + MAX_ARGUMENT_BYTES))));
  }

  path(kind: RootKind, owner: number, name: number): number {
    // Owners and texts are far below 2^22 each: their product stays exact in a double.
    const key = (owner * 0x400000 + name) * 16 + kind;
    let id = this.pathIds.get(key);
    if (id === undefined) {
      id = this.paths.add();
      this.paths.set(id, PathColumn.Kind, kind);
      this.paths.set(id, PathColumn.Owner, owner);
      this.paths.set(id, PathColumn.Name, name);
      this.pathIds.set(key, id);
    }
    return id;
  }

  attribute(path: number, nameId: number): number {
    return this.path(RootKind.Attribute, path, this.nameString(nameId));
  }

  element(path: number): number {
    return this.path(RootKind.Element, path, 0);
  }

  pathKind(path: number): RootKind {
    return this.paths.get(path, PathColumn.Kind);
  }

  event(op: Op, flags: number, path: number, start: number, end: number): number {
    const { events } = this;
    const row = events.add();
    const at = row * EventColumn.Size;
    const { data } = events;
    data[at + EventColumn.Op] = op;
    data[at + EventColumn.Flags] = flags;
    data[at + EventColumn.Path] = path;
    data[at + EventColumn.Start] = start;
    data[at + EventColumn.End] = end;
    data[at + EventColumn.Block] = this.block;
    data[at + EventColumn.Lockset] = this.lockset;
    return row;
  }

  openBlock(kind: BlockKind, statement: number, start: number, end: number): number {
    const row = this.blocks.add();
    this.blocks.set(row, BlockColumn.Kind, kind);
    this.blocks.set(row, BlockColumn.Parent, this.block);
    this.blocks.set(row, BlockColumn.Statement, statement);
    this.blocks.set(row, BlockColumn.Start, start);
    this.blocks.set(row, BlockColumn.End, end);
    this.block = row;
    return row;
  }

  closeBlock(): void {
    this.block = this.blocks.get(this.block, BlockColumn.Parent);
  }

  openRegion(kind: RegionKind, path: number, owner: number, start: number, end: number): number {
    const row = this.regions.add();
    this.regions.set(row, RegionColumn.Kind, kind);
    this.regions.set(row, RegionColumn.Path, path);
    this.regions.set(row, RegionColumn.Function, owner);
    this.regions.set(row, RegionColumn.Block, this.block);
    this.regions.set(row, RegionColumn.Start, start);
    this.regions.set(row, RegionColumn.End, end);
    this.lockset = this.locksetOf([...this.locksets[this.lockset]!, row]);
    return row;
  }

  /** Ends the innermost region of a path. */
  closeRegionOf(path: number): void {
    const held = this.locksets[this.lockset]!;
    const at = held.findLastIndex((region) => this.regions.get(region, RegionColumn.Path) === path);
    if (at !== -1) this.lockset = this.locksetOf(held.filter((_, index) => index !== at));
  }

  /** What both sides of a branch hold. */
  commonLockset(left: number, right: number): number {
    if (left === right) return left;
    const other = this.locksets[right]!;
    return this.locksetOf(this.locksets[left]!.filter((region) => other.includes(region)));
  }

  private locksetOf(regions: number[]): number {
    const key = regions.join();
    let id = this.locksetIds.get(key);
    if (id === undefined) {
      id = this.locksets.push(regions) - 1;
      this.locksetIds.set(key, id);
    }
    return id;
  }
}
