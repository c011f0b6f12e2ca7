/** Columns of the open blocks, as CPython's tokenizer counts them. */

import { doubled } from "./growth.js";

const TAB = 9;
const LINE_FEED = 10;
const FORM_FEED = 12;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const BACKSLASH = 92;

/** A tab goes to the next column that is a multiple of this. */
const TAB_SIZE = 8;

const INCONSISTENT_TABS = "tabs and spaces are mixed so that the indentation depends on the width of a tab";

export class Indentation {
  /** What is wrong with the line measured last, or "". */
  problem = "";
  private columns = new Int32Array(128);
  /** The same columns with tabs one wide: two lines that compare differently depend on the width of a tab. */
  private narrow = new Int32Array(128);
  private top = 0;
  private column = 0;
  private narrowColumn = 0;

  reset(): void {
    this.top = 0;
  }

  /** Measures the blanks from `at` on and returns the offset behind them. */
  measure(bytes: Uint8Array, at: number): number {
    let column = 0;
    let narrow = 0;
    let continued = 0;
    for (;;) {
      const byte = bytes[at]!;
      if (byte === SPACE) {
        column++;
        narrow++;
      } else if (byte === TAB) {
        column = (Math.floor(column / TAB_SIZE) + 1) * TAB_SIZE;
        narrow++;
      } else if (byte === FORM_FEED) {
        column = 0;
        narrow = 0;
      } else if (byte === BACKSLASH && (bytes[at + 1] === LINE_FEED || bytes[at + 1] === CARRIAGE_RETURN)) {
        // The line before the continuation decides, unless it begins at the margin.
        if (continued === 0) continued = column;
        at += bytes[at + 1] === CARRIAGE_RETURN && bytes[at + 2] === LINE_FEED ? 2 : 1;
      } else break;
      at++;
    }
    this.column = continued || column;
    this.narrowColumn = continued || narrow;
    return at;
  }

  /** Enters the line measured: 1 for an indent, -n for n dedents, 0 for none. */
  apply(): number {
    const { column, narrowColumn: narrow, columns } = this;
    this.problem = "";
    const current = columns[this.top]!;
    if (column === current) {
      if (narrow !== this.narrow[this.top]) this.problem = INCONSISTENT_TABS;
      return 0;
    }
    if (column > current) {
      if (narrow <= this.narrow[this.top]!) this.problem = INCONSISTENT_TABS;
      if (this.top + 1 === columns.length) this.grow();
      this.top++;
      this.columns[this.top] = column;
      this.narrow[this.top] = narrow;
      return 1;
    }
    let dedents = 0;
    while (column < columns[this.top]!) {
      this.top--;
      dedents++;
    }
    if (column !== columns[this.top]) {
      this.problem = "this indentation matches no line above";
      // Taken for a line of the innermost block that it leaves least: every Indent keeps its Dedent.
      this.top++;
      columns[this.top] = column;
      this.narrow[this.top] = narrow;
      return 1 - dedents;
    }
    if (narrow !== this.narrow[this.top]) this.problem = INCONSISTENT_TABS;
    return -dedents;
  }

  /** Leaves every block; the number of dedents. */
  close(): number {
    const dedents = this.top;
    this.top = 0;
    return dedents;
  }

  private grow(): void {
    this.columns = doubled(this.columns);
    this.narrow = doubled(this.narrow);
  }
}
