/** `if self.x is not None: self.x.use()` → `x = self.x` before the test, and `x` in the test and what follows it. */
import { Context, NodeKind } from "../syntax/index.js";
import type { Fixer } from "./fix.js";

const NAMED = new Set([
  NodeKind.Name,
  NodeKind.Identifier,
  NodeKind.Arg,
  NodeKind.PositionalOnlyArg,
  NodeKind.KeywordOnlyArg,
  NodeKind.VariadicArg,
  NodeKind.KeywordsArg,
  NodeKind.ExceptHandler,
  NodeKind.Alias,
  NodeKind.FunctionDef,
  NodeKind.AsyncFunctionDef,
  NodeKind.ClassDef,
]);
/** Where the attribute may be another one afterwards, and is meant to be. */
const SUSPENDS = new Set([NodeKind.Await, NodeKind.Yield, NodeKind.YieldFrom, NodeKind.Lambda]);

export const localCopy: Fixer = (place) => {
  const { tree } = place;
  const statement = place.statement(place.node);
  const indent = place.indent(statement);
  if (place.kind(statement) !== NodeKind.If || indent === undefined) return undefined;
  // An `elif` has its own If, alone in the Else of the other; nothing can be put before it.
  if (
    place.kind(place.parent(statement)) === NodeKind.Else &&
    place.slice(tree.start(statement), tree.start(statement) + 4) === "elif"
  )
    return undefined;
  const [test = 0, block = 0] = tree.children(statement);
  const attribute = place
    .below(test)
    .find(
      (node) =>
        place.kind(node) === NodeKind.Attribute &&
        tree.start(node) >= place.start &&
        tree.end(node) <= place.end,
    );
  if (attribute === undefined) return undefined;
  const path = place.text(attribute);
  if (!/^\w+\.\w+$/.test(path)) return undefined;
  const name = tree.name(attribute).replace(/^_+/, "");
  const inside = [...place.below(test), ...place.below(block)];
  const uses = inside.filter((node) => place.kind(node) === NodeKind.Attribute && place.text(node) === path);
  const isChanged = uses.some((node) => tree.context(node) !== Context.Load);
  if (isChanged || inside.some((node) => SUSPENDS.has(place.kind(node)))) return undefined;
  const taken = place
    .below(place.function(statement))
    .some((node) => NAMED.has(place.kind(node)) && tree.name(node) === name);
  if (name === "" || taken) return undefined;
  const start = tree.start(statement);
  return {
    title: `read ${path} once`,
    edits: [
      { start, end: start, text: `${name} = ${path}${place.newline}${indent}` },
      ...uses.map((node) => ({ start: tree.start(node), end: tree.end(node), text: name })),
    ],
  };
};
