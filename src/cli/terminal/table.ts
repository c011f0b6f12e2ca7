/** Columns of text that line up. */
import { stripVTControlCharacters } from "node:util";

export interface Column {
  readonly title: string;
  /** @default "left" */
  readonly align?: "left" | "right";
}

const GAP = "  ";

/** The lines of a table; cells may hold colours. The last column is not padded. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  styleTitle: (title: string) => string = (title) => title,
): string[] {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, i) => Math.max(...[titles, ...rows].map((row) => width(row[i] ?? ""))));
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, i) => pad(cells[i] ?? "", widths[i] ?? 0, align === "right"))
      .join(GAP)
      .trimEnd();
  return [styleTitle(line(titles)), ...rows.map(line)];
}

function pad(cell: string, columns: number, toTheRight: boolean): string {
  const space = " ".repeat(columns - width(cell));
  return toTheRight ? space + cell : cell + space;
}

function width(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}
