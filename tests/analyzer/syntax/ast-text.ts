/** Our tree in the words of dump_ast.py, so that the two can be compared as text. */
import { crc32 } from "node:zlib";
import {
  ConstantKind,
  Context,
  floatValue,
  integerValue,
  LAZY_IMPORT,
  NodeKind,
  Operator,
  SlicePart,
  type SyntaxTree,
  stringValue,
} from "../../../src/analyzer/syntax/index.js";

/** Names of `ast` that are not ours; "" for nodes that only group others. */
const AST_NAMES: Partial<Record<NodeKind, string>> = {
  [NodeKind.Comprehension]: "comprehension",
  [NodeKind.Arguments]: "arguments",
  [NodeKind.PositionalOnlyArg]: "arg",
  [NodeKind.Arg]: "arg",
  [NodeKind.VariadicArg]: "arg",
  [NodeKind.KeywordOnlyArg]: "arg",
  [NodeKind.KeywordsArg]: "arg",
  [NodeKind.Keyword]: "keyword",
  [NodeKind.Alias]: "alias",
  [NodeKind.WithItem]: "withitem",
  [NodeKind.MatchCase]: "match_case",
  [NodeKind.Block]: "",
  [NodeKind.Else]: "",
  [NodeKind.Finally]: "",
  [NodeKind.Decorator]: "",
  [NodeKind.DictUnpack]: "",
  [NodeKind.ComparePart]: "",
  [NodeKind.MatchKeyword]: "",
  [NodeKind.TypeDefault]: "",
};
const WITHOUT_POSITION = new Set([
  NodeKind.Arguments,
  NodeKind.Comprehension,
  NodeKind.WithItem,
  NodeKind.MatchCase,
]);
const PARAMETER_GROUPS: Partial<Record<NodeKind, string>> = {
  [NodeKind.PositionalOnlyArg]: "posonly",
  [NodeKind.Arg]: "arg",
  [NodeKind.VariadicArg]: "vararg",
  [NodeKind.KeywordOnlyArg]: "kwonly",
  [NodeKind.KeywordsArg]: "kwarg",
};

interface Dumped {
  readonly start: number;
  readonly end: number;
  readonly lines: string[];
}

/** One line a node: `depth kind start end detail`. */
export function astText(tree: SyntaxTree, bytes: Uint8Array): string {
  return dumpNode(tree, bytes, tree.root, 0, false)
    .flatMap((dumped) => dumped.lines)
    .join("\n");
}

function dumpNode(
  tree: SyntaxTree,
  bytes: Uint8Array,
  node: number,
  depth: number,
  inJoined: boolean,
): Dumped[] {
  const kind = tree.kind(node);
  if (kind === NodeKind.Identifier || kind === NodeKind.ModuleName) return [];
  const name = AST_NAMES[kind] ?? NodeKind[kind];
  const inside = kind === NodeKind.JoinedStr || kind === NodeKind.TemplateStr;
  const below = name === "" ? depth : depth + 1;
  const children = tree.children(node).flatMap((child) => dumpNode(tree, bytes, child, below, inside));
  if (name === "") return children;
  children.sort((a, b) => a.start - b.start);
  let start = tree.start(node);
  let end = tree.end(node);
  if (WITHOUT_POSITION.has(kind)) {
    const [first] = children;
    if (first === undefined) return [];
    start = first.start;
    end = Math.max(...children.map((child) => child.end));
  }
  const lines = [`${depth} ${name} ${start} ${end} ${detail(tree, bytes, node, inJoined)}`];
  for (const child of children) for (const line of child.lines) lines.push(line);
  return [{ start, end, lines }];
}

function detail(tree: SyntaxTree, bytes: Uint8Array, node: number, inJoined: boolean): string {
  const kind = tree.kind(node);
  const name = tree.name(node);
  const children = tree.children(node);
  const context = Context[tree.context(node)];
  const group = PARAMETER_GROUPS[kind];
  if (group !== undefined) return `${name} ${group}`;
  const statements = (block: NodeKind): number =>
    children.filter((child) => tree.kind(child) === block).flatMap((child) => tree.children(child)).length;
  const body = statements(NodeKind.Block);
  switch (kind) {
    case NodeKind.Constant:
      return constantDetail(tree, bytes, node, inJoined);
    case NodeKind.Name:
    case NodeKind.Attribute:
      return `${name} ${context}`;
    case NodeKind.Subscript:
    case NodeKind.Starred:
    case NodeKind.List:
    case NodeKind.Tuple:
      return context ?? "";
    case NodeKind.FunctionDef:
    case NodeKind.AsyncFunctionDef: {
      const parameters = children.findIndex((child) => tree.kind(child) === NodeKind.Arguments);
      return `${name} ${body}/${children.length - parameters === 3 ? "returns" : ""}`;
    }
    case NodeKind.ClassDef:
    case NodeKind.ExceptHandler:
      return `${name} ${body}`;
    case NodeKind.For:
    case NodeKind.AsyncFor:
    case NodeKind.While:
    case NodeKind.If:
      return `${body}/${statements(NodeKind.Else)}`;
    case NodeKind.Try:
    case NodeKind.TryStar:
      return `${body}/${statements(NodeKind.Else)}/${statements(NodeKind.Finally)}`;
    case NodeKind.With:
    case NodeKind.AsyncWith:
      return `${body}`;
    case NodeKind.MatchCase:
      return `${body} ${children.length === 3 ? "guard" : ""}`;
    case NodeKind.BinOp:
    case NodeKind.UnaryOp:
    case NodeKind.BoolOp:
    case NodeKind.AugAssign:
      return Operator[tree.operator(node)] ?? "";
    case NodeKind.Compare: {
      const links = tree.operator(node) === Operator.Chain ? children.slice(1) : [node];
      return links.map((link) => Operator[tree.operator(link)]).join(" ");
    }
    case NodeKind.AnnAssign:
    case NodeKind.Comprehension:
    case NodeKind.FormattedValue:
    case NodeKind.Interpolation:
      return `${tree.data[node]}`;
    case NodeKind.Global:
    case NodeKind.Nonlocal:
      return children.map((child) => tree.name(child)).join(" ");
    case NodeKind.Import:
      return tree.data[node] === 1 ? " lazy" : "";
    case NodeKind.ImportFrom: {
      const data = tree.data[node] ?? 0;
      return `${tree.name(children[0] ?? 0)} ${data & (LAZY_IMPORT - 1)}${data >= LAZY_IMPORT ? " lazy" : ""}`;
    }
    case NodeKind.Alias:
      return `${name} ${tree.name(children[0] ?? 0)}`;
    case NodeKind.Dict:
      return dictDetail(tree, children);
    case NodeKind.DictComp:
      return tree.kind(children[0] ?? 0) === NodeKind.DictUnpack ? "*" : "k";
    case NodeKind.Slice:
      return sliceDetail(tree.data[node] ?? 0);
    case NodeKind.MatchSingleton:
      return ConstantKind[tree.constantKind(node)] ?? "";
    case NodeKind.MatchClass:
      return children
        .filter((child) => tree.kind(child) === NodeKind.MatchKeyword)
        .map((child) => tree.name(child))
        .join(" ");
    case NodeKind.Keyword:
    case NodeKind.MatchStar:
    case NodeKind.MatchAs:
    case NodeKind.MatchMapping:
    case NodeKind.TypeVar:
    case NodeKind.ParamSpec:
    case NodeKind.TypeVarTuple:
      return name;
    default:
      return "";
  }
}

function dictDetail(tree: SyntaxTree, children: readonly number[]): string {
  let text = "";
  for (let i = 0; i < children.length; i++) {
    const isUnpack = tree.kind(children[i] ?? 0) === NodeKind.DictUnpack;
    text += isUnpack ? "*" : "k";
    if (!isUnpack) i++;
  }
  return text;
}

function sliceDetail(parts: number): string {
  const lower = parts & SlicePart.Lower ? "l" : "";
  const upper = parts & SlicePart.Upper ? "u" : "";
  return lower + upper + (parts & SlicePart.Step ? "s" : "");
}

function constantDetail(tree: SyntaxTree, bytes: Uint8Array, node: number, inJoined: boolean): string {
  const kind = tree.constantKind(node);
  const name = ConstantKind[kind] ?? "";
  const start = tree.start(node);
  const end = tree.end(node);
  switch (kind) {
    case ConstantKind.Str:
    case ConstantKind.Bytes: {
      const isText = kind === ConstantKind.Str;
      if (isText && (inJoined || Buffer.from(bytes.subarray(start, end)).includes("\\N"))) return name;
      const units = Buffer.from(stringValue(bytes, start, end), "utf16le");
      return `${name} ${units.length}:${crc32(units)}`;
    }
    case ConstantKind.Int:
      return `${name} ${integerValue(bytes, start, end).toString(16)}`;
    case ConstantKind.Float:
    case ConstantKind.Complex: {
      const value = Buffer.alloc(Float64Array.BYTES_PER_ELEMENT);
      value.writeDoubleLE(floatValue(bytes, start, end));
      return `${name} ${value.toString("hex")}`;
    }
    default:
      return name;
  }
}
