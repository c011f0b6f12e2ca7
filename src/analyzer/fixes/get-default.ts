/** `if k in d: return d[k]` before `return None` → `return d.get(k)`; any constant may stand for None. */
import { NodeKind } from "../syntax/index.js";
import type { Fixer } from "./fix.js";
import { isItem, membershipTest } from "./membership.js";

export const getDefault: Fixer = (place) => {
  const test = membershipTest(place);
  if (test === undefined || test.isNegated || place.kind(test.body) !== NodeKind.Return) return undefined;
  const { tree } = place;
  const value = tree.firstChild(test.body);
  const next = tree.nextSibling(test.statement);
  if (!isItem(place, value, test) || next === 0 || place.kind(next) !== NodeKind.Return) return undefined;
  const otherwise = tree.firstChild(next);
  if (otherwise !== 0 && place.kind(otherwise) !== NodeKind.Constant) return undefined;
  const [start, end] = [tree.start(test.statement), tree.end(next)];
  if (place.hasComment(start, end)) return undefined;
  const text = otherwise === 0 ? "None" : place.text(otherwise);
  const rest = text === "None" ? "" : `, ${text}`;
  return {
    title: "read it in one step with get()",
    edits: [{ start, end, text: `return ${test.container}.get(${test.key}${rest})` }],
  };
};
