/** Python source to a syntax tree: the analyser reads it, and so do the bindings. */
export { LineIndex, type Position } from "./line-index.js";
export { floatValue, integerValue, stringValue } from "./literals.js";
export {
  ConstantKind,
  Context,
  LAZY_IMPORT,
  NodeKind,
  Operator,
  SlicePart,
} from "./node-kind.js";
export { parseBytes } from "./parser.js";
export type { SyntaxProblem } from "./problems.js";
export {
  type ClassParts,
  classParts,
  docstringOf,
  type FunctionParts,
  functionParts,
  type Parameter,
  type ParameterKind,
  parametersOf,
} from "./signatures.js";
export { decodeSource, type SourceText } from "./source-text.js";
export { SyntaxTree, type TreeParts } from "./tree.js";
