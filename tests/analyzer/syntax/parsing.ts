/** Short ways to say what a test parses. */
import { NodeKind, parseBytes, type SyntaxTree } from "../../../src/analyzer/syntax/index.js";

const encoder = new TextEncoder();

export function parseText(source: string): SyntaxTree {
  return parseBytes(encoder.encode(source));
}

/** Messages of the problems, each with the text it points at. */
export function problemsOf(source: string): string[] {
  const bytes = Buffer.from(source);
  return parseText(source).problems.map(
    ({ start, end, message }) => `${message} at ${JSON.stringify(bytes.toString("utf8", start, end))}`,
  );
}

/** Names of the nodes' kinds below `node`, nested: `Assign(Name Constant)`. */
export function outline(tree: SyntaxTree, node = tree.root): string {
  const children = tree.children(node).map((child) => outline(tree, child));
  return `${NodeKind[tree.kind(node)]}${children.length === 0 ? "" : `(${children.join(" ")})`}`;
}

/** Fails if the arrays of a tree are not a tree over its source. */
export function checkTree(tree: SyntaxTree, sourceLength: number): void {
  const seen = new Uint8Array(tree.count + 1);
  tree.walk(tree.root, (node) => {
    if (seen[node] === 1) throw new Error(`node ${node} has two parents or is below itself`);
    seen[node] = 1;
    const kind = tree.kind(node);
    if (NodeKind[kind] === undefined || kind === NodeKind.None)
      throw new Error(`node ${node} has kind ${kind}`);
    if (!(tree.start(node) >= 0 && tree.start(node) <= tree.end(node) && tree.end(node) <= sourceLength)) {
      throw new Error(
        `node ${node} (${NodeKind[kind]}) spans ${tree.start(node)} to ${tree.end(node)} of ${sourceLength}`,
      );
    }
    return true;
  });
  for (const { start, end } of tree.problems) {
    if (!(start >= 0 && start <= end && end <= sourceLength))
      throw new Error(`a problem spans ${start} to ${end}`);
  }
}
