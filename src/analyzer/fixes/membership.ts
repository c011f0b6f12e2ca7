/** `if key in container: <one statement>`, the form that several fixes begin with. */
import { NodeKind, Operator } from "../syntax/index.js";
import type { Place } from "./place.js";

export interface MembershipTest {
  /** The `if`, which is no `elif` and has no other branch. */
  readonly statement: number;
  readonly isNegated: boolean;
  readonly key: string;
  readonly container: string;
  /** The only statement of the branch. */
  readonly body: number;
}

/** The test that a place is in; undefined also where a comment would be lost with the statement. */
export function membershipTest(place: Place): MembershipTest | undefined {
  const { tree } = place;
  const compare = place.enclosing(place.node, NodeKind.Compare);
  const statement = place.parent(compare);
  if (compare === 0 || place.kind(statement) !== NodeKind.If || place.indent(statement) === undefined)
    return undefined;
  const operator = tree.operator(compare);
  if (operator !== Operator.In && operator !== Operator.NotIn) return undefined;
  const [test, block, orelse] = tree.children(statement);
  if (test !== compare || block === undefined || orelse !== undefined) return undefined;
  const [body, second] = tree.children(block);
  if (body === undefined || second !== undefined) return undefined;
  if (place.hasComment(tree.start(statement), tree.end(statement))) return undefined;
  const [key, container] = tree.children(compare).map((node) => place.text(node));
  if (key === undefined || container === undefined) return undefined;
  return { statement, isNegated: operator === Operator.NotIn, key, container, body };
}

/** Whether a node is `container[key]`. */
export function isItem(place: Place, node: number, { container, key }: MembershipTest): boolean {
  if (place.kind(node) !== NodeKind.Subscript) return false;
  const [value, slice] = place.tree.children(node).map((child) => place.text(child));
  return value === container && slice === key;
}
