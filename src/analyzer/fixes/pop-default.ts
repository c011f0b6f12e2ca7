/** `if k in d: del d[k]` → `d.pop(k, None)`; `if x in s: s.remove(x)` is left, as lists have no `discard`. */
import { NodeKind } from "../syntax/index.js";
import type { Fixer } from "./fix.js";
import { isItem, membershipTest } from "./membership.js";

export const popDefault: Fixer = (place) => {
  const test = membershipTest(place);
  if (test === undefined || test.isNegated) return undefined;
  const { tree } = place;
  const { body } = test;
  const [target, more] = tree.children(body);
  const isDelete =
    place.kind(body) === NodeKind.Delete &&
    target !== undefined &&
    more === undefined &&
    isItem(place, target, test);
  const isPop =
    place.kind(body) === NodeKind.Expr && place.text(body) === `${test.container}.pop(${test.key})`;
  if (!isDelete && !isPop) return undefined;
  return {
    title: "remove it in one step with pop(key, None)",
    edits: [
      {
        start: tree.start(test.statement),
        end: tree.end(test.statement),
        text: `${test.container}.pop(${test.key}, None)`,
      },
    ],
  };
};
