/**
 * Type hints to types (PEP 484, 526, 586, 593, 604, 612, 646, 655, 695). A hint that is not understood becomes
 * `unknown` with the reason; reading never fails.
 */
import { ConstantKind, NodeKind } from "../../analyzer/index.js";
import type { PythonType } from "../model/python-model.js";
import { type Expression, type Fragment, parseHint } from "../source/python-source.js";
import { NONE, UNKNOWN, union, unknown } from "./build-type.js";
import { externalType } from "./external-types.js";
import type { HintContext } from "./hint-context.js";

/** Hints nested deeper than this say nothing a person could read. */
const MAX_DEPTH = 60;

/** The type that a hint stands for. */
export function readHint(context: HintContext, expression: Expression, depth = 0): PythonType {
  const { fragment, node } = expression;
  const { tree } = fragment;
  if (depth > MAX_DEPTH) return unknown("the hint is nested too deep");
  const inner = (child: number) => readHint(context, { fragment, node: child }, depth + 1);
  switch (tree.kind(node)) {
    case NodeKind.Constant: {
      if (fragment.isConstant(node, ConstantKind.None)) return NONE;
      const text = fragment.string(node);
      const parsed = text === undefined ? undefined : parseHint(text);
      return parsed === undefined
        ? unknown(`${fragment.text(node)} is no type`)
        : readHint(context, parsed, depth + 1);
    }
    case NodeKind.Name:
    case NodeKind.Attribute:
      return named(context, { fragment, node }, undefined, depth);
    case NodeKind.Subscript: {
      const [value = 0, slice = 0] = tree.children(node);
      return named(context, { fragment, node: value }, slice, depth);
    }
    case NodeKind.BinOp: {
      const [left = 0, right = 0] = tree.children(node);
      return union([inner(left), inner(right)]);
    }
    default:
      return unknown(`"${fragment.text(node)}" is no type hint`);
  }
}

/** A name, with what stands in brackets behind it (0 or undefined: nothing). */
function named(context: HintContext, base: Expression, slice: number | undefined, depth: number): PythonType {
  const { fragment } = base;
  const parts = fragment.dotted(base.node);
  if (parts === undefined) return unknown(`"${fragment.text(base.node)}" is no type hint`);
  const [first = ""] = parts;
  const bound = parts.length === 1 ? (context.variables.get(first) ?? undefined) : undefined;
  if (bound !== undefined) return { kind: "variable", variable: bound };
  const nested = parts.length === 1 ? context.nested?.get(first) : undefined;
  if (nested !== undefined) return nested;
  const read = (node: number) => readHint(context, { fragment, node }, depth + 1);
  // `tuple[()]` has an empty tuple between its brackets.
  const elements = slice === undefined ? undefined : sliceElements(fragment, slice);
  const meaning = context.project.resolve(context.module, parts);
  if (meaning.kind === "module") return unknown(`"${parts.join(".")}" is a module`);
  if (meaning.kind === "external") {
    const external = { name: meaning.name, context, fragment, elements, read, depth };
    return externalType(external) ?? unknown(`nogil does not know the type "${parts.join(".")}"`);
  }
  const variable = context.names.variable(meaning.module, meaning.name);
  if (variable !== undefined) {
    context.foundVariable?.(variable);
    return { kind: "variable", variable };
  }
  const args = (elements ?? []).map((element) =>
    fragment.tree.kind(element) === NodeKind.List ? UNKNOWN : read(element),
  );
  return (
    context.names.declared(meaning.module, meaning.name, args) ??
    unknown(`"${parts.join(".")}" is no type that can be read from the source`)
  );
}

function sliceElements(fragment: Fragment, slice: number): number[] {
  return fragment.tree.kind(slice) === NodeKind.Tuple ? fragment.tree.children(slice) : [slice];
}
