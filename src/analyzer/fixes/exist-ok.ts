/** `if not os.path.exists(p): os.makedirs(p)` → `os.makedirs(p, exist_ok=True)`. */
import { NodeKind } from "../syntax/index.js";
import type { Fixer } from "./fix.js";

const TEST = /^not os\.path\.(?:exists|isdir)\((.+)\)$/s;
const MAKE = /^os\.makedirs\((.+)\)$/s;

export const existOk: Fixer = (place) => {
  const { tree } = place;
  const statement = place.enclosing(place.node, NodeKind.If);
  if (statement === 0 || place.indent(statement) === undefined) return undefined;
  const [test = 0, block = 0, orelse] = tree.children(statement);
  const [body = 0, second] = tree.children(block);
  if (orelse !== undefined || second !== undefined) return undefined;
  const tested = TEST.exec(place.text(test))?.[1];
  const made = MAKE.exec(place.text(body))?.[1];
  const [start, end] = [tree.start(statement), tree.end(statement)];
  if (tested === undefined || tested !== made || place.hasComment(start, end)) return undefined;
  return {
    title: "let makedirs() accept a folder that is there",
    edits: [{ start, end, text: `os.makedirs(${made}, exist_ok=True)` }],
  };
};
