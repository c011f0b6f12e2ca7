/** `if k not in d: d[k] = v` → `d.setdefault(k, v)`, where making `v` for nothing costs and does nothing. */
import { NodeKind } from "../syntax/index.js";
import type { Fixer } from "./fix.js";
import { isItem, membershipTest } from "./membership.js";

const PLAIN = new Set([NodeKind.Constant, NodeKind.Name]);
const EMPTY_DISPLAYS = new Set([NodeKind.List, NodeKind.Dict, NodeKind.Tuple]);
const EMPTY_CALL = /^(?:list|dict|set|deque|bytearray)\(\)$/;

export const setDefault: Fixer = (place) => {
  const test = membershipTest(place);
  if (test === undefined || !test.isNegated || place.kind(test.body) !== NodeKind.Assign) return undefined;
  const { tree } = place;
  const [target, value, more] = tree.children(test.body);
  if (target === undefined || value === undefined || more !== undefined) return undefined;
  const isEmpty = EMPTY_DISPLAYS.has(place.kind(value)) && tree.firstChild(value) === 0;
  const isCheap = PLAIN.has(place.kind(value)) || isEmpty || EMPTY_CALL.test(place.text(value));
  if (!isCheap || !isItem(place, target, test)) return undefined;
  const text = `${test.container}.setdefault(${test.key}, ${place.text(value)})`;
  return {
    title: "set it in one step with setdefault()",
    edits: [{ start: tree.start(test.statement), end: tree.end(test.statement), text }],
  };
};
