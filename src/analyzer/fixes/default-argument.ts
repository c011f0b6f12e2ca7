/** `lambda: f(x)` in a loop over `x` → `lambda x=x: f(x)`. */
import { NodeKind } from "../syntax/index.js";
import type { Fixer } from "./fix.js";

const LAMBDA = "lambda:";

export const defaultArgument: Fixer = (place) => {
  const { tree } = place;
  const loop = place.enclosing(place.node, NodeKind.For, NodeKind.AsyncFor);
  const [target = 0] = tree.children(loop);
  const lambda = place
    .below(place.statement(place.node))
    .find((node) => place.kind(node) === NodeKind.Lambda && tree.start(node) >= place.start);
  if (loop === 0 || lambda === undefined) return undefined;
  const start = tree.start(lambda);
  if (place.slice(start, start + LAMBDA.length) !== LAMBDA) return undefined;
  const used = new Set(
    place
      .below(lambda)
      .filter((node) => place.kind(node) === NodeKind.Name)
      .map((node) => tree.name(node)),
  );
  const names = place
    .below(target)
    .filter((node) => place.kind(node) === NodeKind.Name && used.has(tree.name(node)))
    .map((node) => tree.name(node));
  if (names.length === 0) return undefined;
  const parameters = names.map((name) => `${name}=${name}`).join(", ");
  return {
    title: `keep the value of ${names.join(" and ")} in a default`,
    edits: [{ start, end: start + LAMBDA.length, text: `lambda ${parameters}:` }],
  };
};
