import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { Context, NodeKind, Operator, SyntaxTree } from "../../../src/analyzer/syntax/index.js";
import { outline, parseText } from "./parsing.js";

const SOURCE = `import os.path as p  # first
class Cache(Base):
    """A cache."""
    def get(self, key, *, default=None) -> int:
        # second
        self.hits += 1
        if 0 < key <= len(self.items) and not p.x:
            del self.items[key]
        return default
`;

describe("the syntax tree", () => {
  const tree = parseText(SOURCE);

  test("has the children of a node in the order of the source", () => {
    expect(outline(tree)).toBe(
      "Module(Import(Alias(Identifier)) ClassDef(Name Block(Expr(Constant) " +
        "FunctionDef(Arguments(Arg Arg KeywordOnlyArg Constant) Name Block(" +
        "AugAssign(Attribute(Name) Constant) " +
        "If(BoolOp(Compare(Constant ComparePart(Name) ComparePart(Call(Name Attribute(Name)))) " +
        "UnaryOp(Attribute(Name))) Block(Delete(Subscript(Attribute(Name) Name)))) Return(Name))))))",
    );
  });

  test("gives names, operators and contexts", () => {
    const found = new Map<NodeKind, string>();
    tree.walk(tree.root, (node) => {
      const kind = tree.kind(node);
      if (kind === NodeKind.Attribute) found.set(kind, `${tree.name(node)} ${Context[tree.context(node)]}`);
      else if (kind === NodeKind.AugAssign || kind === NodeKind.ComparePart) {
        found.set(kind, Operator[tree.operator(node)] ?? "");
      } else if (kind === NodeKind.Subscript) found.set(kind, Context[tree.context(node)] ?? "");
      else if (tree.name(node) !== "" && kind !== NodeKind.Constant) found.set(kind, tree.name(node));
      return kind !== NodeKind.If || tree.children(node).length > 0;
    });
    expect(found.get(NodeKind.Alias)).toBe("os.path");
    expect(found.get(NodeKind.Identifier)).toBe("p");
    expect(found.get(NodeKind.ClassDef)).toBe("Cache");
    expect(found.get(NodeKind.FunctionDef)).toBe("get");
    expect(found.get(NodeKind.KeywordOnlyArg)).toBe("default");
    expect(found.get(NodeKind.AugAssign)).toBe("Add");
    expect(found.get(NodeKind.ComparePart)).toBe("LtE");
    expect(found.get(NodeKind.Subscript)).toBe("Del");
  });

  test("gives equal names equal ids", () => {
    const ids = new Set<number>();
    tree.walk(tree.root, (node) => {
      if (tree.kind(node) === NodeKind.Name && tree.name(node) === "key") ids.add(tree.nameId(node));
      return true;
    });
    expect(ids.size).toBe(1);
  });

  test("knows where the comments are", () => {
    const starts = [...tree.comments].map((start) => SOURCE.slice(start, SOURCE.indexOf("\n", start)));
    expect(starts).toEqual(["# first", "# second"]);
  });

  test("moves to another thread without a copy", () => {
    const { port1, port2 } = new MessageChannel();
    const moving = parseText(SOURCE);
    const expected = outline(moving);
    const parts = moving.toParts();
    port1.postMessage(parts, [parts.buffer]);
    expect(parts.buffer.byteLength).toBe(0);
    const received = receiveMessageOnPort(port2) as { message: typeof parts };
    const moved = new SyntaxTree(received.message);
    port1.close();
    expect(outline(moved)).toBe(expected);
    expect(moved.name(moved.lastChild(moved.root))).toBe("Cache");
  });

  test("is not changed by the next file", () => {
    const before = outline(tree);
    parseText("other = {names: 1 for names in here}\n".repeat(500));
    expect(outline(tree)).toBe(before);
    expect(tree.name(tree.lastChild(tree.root))).toBe("Cache");
  });

  test("leaves out what the visitor does not want to see", () => {
    const kinds: string[] = [];
    tree.walk(tree.root, (node, depth) => {
      kinds.push(`${depth} ${NodeKind[tree.kind(node)]}`);
      return tree.kind(node) !== NodeKind.ClassDef;
    });
    expect(kinds).toEqual(["0 Module", "1 Import", "2 Alias", "3 Identifier", "1 ClassDef"]);
  });

  test("of a file of 10 MB takes less than four bytes a byte", () => {
    const source = `${SOURCE.repeat(Math.ceil(10_000_000 / SOURCE.length))}`;
    const large = parseText(source);
    expect(large.problems).toEqual([]);
    expect(large.byteLength / source.length).toBeLessThan(4);
  });
});
