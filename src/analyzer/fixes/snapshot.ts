/** `for x in shared` → `for x in list(shared)`; a dict or list that is serialised → a copy of it. */
import { NodeKind } from "../syntax/index.js";
import type { Edit, Fixer } from "./fix.js";

const PATHS = new Set([NodeKind.Name, NodeKind.Attribute]);
const CALL = new Set([...PATHS, NodeKind.Call]);

/** Wraps what is walked over into `list()`, which takes one step without the GIL and with it. */
export const listSnapshot: Fixer = (place) => {
  const { node } = place;
  if (!CALL.has(place.kind(node)) || place.enclosing(node, NodeKind.AsyncFor) !== 0) return undefined;
  return { title: "iterate over a snapshot made by list()", edits: around(place, "list(", ")") };
};

/** Appends `.copy()` to the argument. */
export const copyArgument: Fixer = (place) => {
  if (!PATHS.has(place.kind(place.node))) return undefined;
  return { title: "pass a copy", edits: around(place, "", ".copy()") };
};

function around({ start, end }: { start: number; end: number }, before: string, after: string): Edit[] {
  const edits = [
    { start, end: start, text: before },
    { start: end, end, text: after },
  ];
  return edits.filter(({ text }) => text !== "");
}
