/** `if not ready: condition.wait()` → `while not ready: condition.wait()`. */
import { NodeKind } from "../syntax/index.js";
import type { Fixer } from "./fix.js";

const WORD = "if";

export const waitLoop: Fixer = (place) => {
  const { tree } = place;
  const call = place.statement(place.node);
  const statement = place.parent(place.parent(call));
  if (place.kind(statement) !== NodeKind.If || place.indent(statement) === undefined) return undefined;
  const [, block, orelse] = tree.children(statement);
  if (block === undefined || orelse !== undefined || tree.children(block).length !== 1) return undefined;
  const start = tree.start(statement);
  if (place.slice(start, start + WORD.length + 1) !== `${WORD} `) return undefined;
  return {
    title: "test again after every wait",
    edits: [{ start, end: start + WORD.length, text: "while" }],
  };
};
