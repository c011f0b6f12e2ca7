/** Interpreters as `nogil status` and `nogil python list` show them. */
import type { Interpreter } from "../interpreter/index.js";
import { table } from "./terminal/index.js";

const COLUMNS = [
  { title: "" },
  { title: "version" },
  { title: "build" },
  { title: "GIL" },
  { title: "found by" },
  { title: "path" },
] as const;

export function buildName({ implementation, freeThreadedBuild }: Interpreter): string {
  if (freeThreadedBuild) return "free-threaded";
  return implementation === "cpython" ? "with GIL" : implementation;
}

/** One line each; the chosen one has a star. */
export function interpreterTable(
  interpreters: readonly Interpreter[],
  chosen: Interpreter | null,
  styleTitle: (title: string) => string,
): string[] {
  const rows = interpreters.map((interpreter) => [
    interpreter.path === chosen?.path ? "*" : "",
    interpreter.version,
    buildName(interpreter),
    interpreter.gilEnabled ? "on" : "off",
    interpreter.source,
    interpreter.path,
  ]);
  return table(COLUMNS, rows, styleTitle);
}
