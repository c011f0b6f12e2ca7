/** The entries of `tuple[…]`, unpacked ones included (PEP 646). */
import { ConstantKind, NodeKind } from "../../analyzer/index.js";
import type { PythonType, TupleItem } from "../model/python-model.js";
import type { Fragment } from "../source/python-source.js";
import { UNKNOWN } from "./build-type.js";

/** The entries between the brackets of `tuple[…]`. */
export function tupleItems(
  fragment: Fragment,
  elements: readonly number[],
  read: (node: number) => PythonType,
): TupleItem[] {
  const { tree } = fragment;
  const [first = 0, second] = elements;
  if (second !== undefined && elements.length === 2 && fragment.isConstant(second, ConstantKind.Ellipsis))
    return [{ type: read(first), isVariadic: true }];
  return elements.flatMap((element): TupleItem[] => {
    const unpacked = unpackedElement(fragment, element);
    if (unpacked === undefined) return [{ type: read(element), isVariadic: false }];
    const type = tree.kind(unpacked) === NodeKind.Name ? UNKNOWN : read(unpacked);
    return type.kind === "tuple" ? [...type.items] : [{ type: UNKNOWN, isVariadic: true }];
  });
}

/** `*Ts` or `Unpack[Ts]`: what is unpacked. */
export function unpackedElement(fragment: Fragment, element: number): number | undefined {
  const { tree } = fragment;
  if (tree.kind(element) === NodeKind.Starred) return tree.firstChild(element);
  if (tree.kind(element) !== NodeKind.Subscript) return undefined;
  const [base = 0, inner] = tree.children(element);
  return fragment.dotted(base)?.at(-1) === "Unpack" ? inner : undefined;
}
