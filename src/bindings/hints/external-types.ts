/** The types of `builtins`, `typing`, `collections.abc` and a few packages, by their full names. */
import { ConstantKind, NodeKind } from "../../analyzer/index.js";
import type { PythonType } from "../model/python-model.js";
import type { Fragment } from "../source/python-source.js";
import { ANY, NONE, plain, UNKNOWN, union, unknown } from "./build-type.js";
import type { HintContext } from "./hint-context.js";
import { numpyScalar } from "./numpy-types.js";
import { PLAIN_NAMES } from "./plain-types.js";
import { tupleItems } from "./tuple-items.js";

/** A name from outside of the project, with the expressions in its brackets. */
export interface ExternalHint {
  readonly name: string;
  readonly context: HintContext;
  readonly fragment: Fragment;
  /** Undefined without brackets. */
  readonly elements: readonly number[] | undefined;
  readonly read: (node: number) => PythonType;
  readonly depth: number;
}

/** The names of one module under those of another. */
const SAME_MODULES: Readonly<Record<string, string>> = {
  typing_extensions: "typing",
  "collections.abc": "collections.abc",
  _collections_abc: "collections.abc",
};

/** What `typing` calls otherwise. */
const SAME_NAMES: Readonly<Record<string, string>> = {
  "typing.List": "builtins.list",
  "typing.Dict": "builtins.dict",
  "typing.Tuple": "builtins.tuple",
  "typing.Set": "builtins.set",
  "typing.FrozenSet": "builtins.frozenset",
  "typing.AbstractSet": "collections.abc.Set",
  "typing.DefaultDict": "collections.defaultdict",
  "typing.OrderedDict": "collections.OrderedDict",
  "typing.Counter": "collections.Counter",
  "typing.Deque": "collections.deque",
  "typing.ChainMap": "collections.ChainMap",
  "types.NoneType": "builtins.None",
  "types.EllipsisType": "builtins.None",
  "types.GeneratorType": "collections.abc.Generator",
};

const IN_COLLECTIONS_ABC = new Set(
  (
    "Sequence MutableSequence Collection Iterable Reversible Container Iterator Generator AsyncIterable " +
    "AsyncIterator AsyncGenerator Mapping MutableMapping MutableSet KeysView ValuesView ItemsView Callable " +
    "Awaitable Coroutine Hashable Sized ByteString Buffer MappingView"
  ).split(" "),
);

/** The type; undefined for a name that is not known. */
export function externalType(hint: ExternalHint): PythonType | undefined {
  const name = canonicalName(hint.name);
  const plainName = PLAIN_NAMES[name];
  if (plainName !== undefined) return plain(plainName);
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (read !== undefined) return read(hint);
  if (name.startsWith("numpy.")) return numpyType(name.slice("numpy.".length), hint);
  if (EXCEPTION.test(name)) return plain("exception");
  return STAYS_IN_PYTHON.has(name) ? { kind: "resident", name } : undefined;
}

/** `typing_extensions.List`, `typing.List` and `list` are one. */
export function canonicalName(name: string): string {
  const dot = name.lastIndexOf(".");
  const module = name.slice(0, dot);
  const member = name.slice(dot + 1);
  const same = `${SAME_MODULES[module] ?? module}.${member}`;
  if (same.startsWith("typing.") && IN_COLLECTIONS_ABC.has(member)) return `collections.abc.${member}`;
  return SAME_NAMES[same] ?? same;
}

const EXCEPTION =
  /^(builtins|concurrent\.futures)\.(\w*(Error|Exception|Warning|Interrupt|Exit|Iteration)|ExceptionGroup|BaseExceptionGroup)$/;

const STAYS_IN_PYTHON = new Set([
  "re.Pattern",
  "re.Match",
  "typing.Pattern",
  "typing.Match",
  "typing.IO",
  "typing.TextIO",
  "typing.BinaryIO",
  "io.StringIO",
  "io.BytesIO",
  "io.TextIOWrapper",
  "threading.Lock",
  "threading.RLock",
  "threading.Thread",
  "types.ModuleType",
  "types.FunctionType",
  "asyncio.Task",
  "asyncio.Future",
  "concurrent.futures.Future",
  "contextlib.AbstractContextManager",
  "contextlib.AbstractAsyncContextManager",
  "typing.ContextManager",
  "typing.AsyncContextManager",
]);

type Reader = (hint: ExternalHint) => PythonType;

/** What stands in brackets at a place; unknown where nothing does. */
function argument({ elements, read }: ExternalHint, at = 0): PythonType {
  const element = elements?.[at];
  return element === undefined ? { kind: "unknown", why: undefined } : read(element);
}

const list: Reader = (hint) => ({ kind: "list", item: argument(hint), as: "list" });
const sequence: Reader = (hint) => ({ kind: "list", item: argument(hint), as: "sequence" });
const iterable: Reader = (hint) => ({ kind: "iterable", item: argument(hint) });
const iterator: Reader = (hint) => ({ kind: "iterator", item: argument(hint) });
const first: Reader = (hint) => argument(hint);
const dict =
  (as: "OrderedDict" | "Counter" | "defaultdict" | undefined): Reader =>
  (hint) => ({
    kind: "dict",
    key: argument(hint),
    value: as === "Counter" ? plain("int") : argument(hint, 1),
    as,
  });
const set =
  (as: "set" | "frozenset" | "abstract"): Reader =>
  (hint) => ({ kind: "set", item: argument(hint), as });
const always =
  (type: PythonType): Reader =>
  () =>
    type;

const READERS: Readonly<Record<string, Reader>> = {
  "typing.Any": always(ANY),
  "typing.Never": always({ kind: "never" }),
  "typing.NoReturn": always({ kind: "never" }),
  "builtins.None": always(NONE),
  "typing.Self": ({ context }) => context.self ?? unknown("Self outside of a class"),
  "typing.Optional": (hint) => union([argument(hint), NONE]),
  "typing.Union": ({ elements, read }) => union((elements ?? []).map(read)),
  "typing.Annotated": first,
  "typing.Final": first,
  "typing.ClassVar": first,
  "typing.Required": first,
  "typing.NotRequired": first,
  "typing.ReadOnly": first,
  "typing.InitVar": first,
  "dataclasses.InitVar": first,
  "typing.TypeGuard": always(plain("bool")),
  "typing.TypeIs": always(plain("bool")),
  "typing.Literal": literal,
  "builtins.list": list,
  "collections.deque": (hint) => ({ kind: "list", item: argument(hint), as: "deque" }),
  "collections.UserList": always({ kind: "resident", name: "UserList" }),
  "collections.abc.Sequence": sequence,
  "collections.abc.MutableSequence": list,
  "collections.abc.KeysView": sequence,
  "collections.abc.ValuesView": sequence,
  "collections.abc.ItemsView": (hint) => ({
    kind: "list",
    item: { kind: "tuple", items: [0, 1].map((at) => ({ type: argument(hint, at), isVariadic: false })) },
    as: "sequence",
  }),
  "collections.abc.Collection": iterable,
  "collections.abc.Iterable": iterable,
  "collections.abc.Reversible": iterable,
  "collections.abc.Container": iterable,
  "collections.abc.Iterator": iterator,
  "collections.abc.Generator": iterator,
  "collections.abc.AsyncIterable": iterator,
  "collections.abc.AsyncIterator": iterator,
  "collections.abc.AsyncGenerator": iterator,
  "collections.abc.Awaitable": (hint) => ({ kind: "awaitable", result: argument(hint) }),
  "collections.abc.Coroutine": (hint) => ({ kind: "awaitable", result: argument(hint, 2) }),
  "collections.abc.Hashable": always(plain("object")),
  "collections.abc.Sized": always(plain("object")),
  "collections.abc.ByteString": always(plain("bytes")),
  "collections.abc.Buffer": always(plain("memoryview")),
  "collections.abc.Callable": callable,
  "builtins.dict": dict(undefined),
  "collections.abc.Mapping": dict(undefined),
  "collections.abc.MutableMapping": dict(undefined),
  "types.MappingProxyType": dict(undefined),
  "collections.OrderedDict": dict("OrderedDict"),
  "collections.Counter": dict("Counter"),
  "collections.defaultdict": dict("defaultdict"),
  "builtins.set": set("set"),
  "builtins.frozenset": set("frozenset"),
  "collections.abc.Set": set("abstract"),
  "collections.abc.MutableSet": set("set"),
  "builtins.tuple": ({ fragment, elements, read }) =>
    elements === undefined
      ? { kind: "tuple", items: [{ type: UNKNOWN, isVariadic: true }] }
      : { kind: "tuple", items: tupleItems(fragment, elements, read) },
};

/** `Callable[[int, str], bool]`, `Callable[..., bool]`. */
function callable(hint: ExternalHint): PythonType {
  const { fragment, elements, read } = hint;
  const [parameters] = elements ?? [];
  const isListed = parameters !== undefined && fragment.tree.kind(parameters) === NodeKind.List;
  return {
    kind: "callable",
    parameters: isListed ? fragment.tree.children(parameters).map(read) : undefined,
    result: argument(hint, 1),
  };
}

function literal({ context, fragment, elements, read }: ExternalHint): PythonType {
  const { tree } = fragment;
  const one = (node: number): PythonType => {
    const text = fragment.string(node);
    if (text !== undefined) return { kind: "literal", value: text };
    const integer = fragment.integer(node);
    if (integer !== undefined) return { kind: "literal", value: integer };
    if (fragment.isConstant(node, ConstantKind.True)) return { kind: "literal", value: true };
    if (fragment.isConstant(node, ConstantKind.False)) return { kind: "literal", value: false };
    if (fragment.isConstant(node, ConstantKind.None)) return NONE;
    if (fragment.isConstant(node, ConstantKind.Bytes)) return { kind: "literal-bytes" };
    if (tree.kind(node) === NodeKind.Attribute) {
      const parts = fragment.dotted(node);
      const owner = parts && context.project.resolve(context.module, parts.slice(0, -1));
      const type =
        owner?.kind === "symbol" ? context.names.declared(owner.module, owner.name, []) : undefined;
      if (type?.kind === "declared" && type.declaration.shape.kind === "enum")
        return { kind: "enum-member", declaration: type.declaration, member: parts?.at(-1) ?? "" };
    }
    // An alias of another Literal, or a nested one.
    return read(node);
  };
  return union((elements ?? []).map(one));
}

/** Arrays and scalars of NumPy, by the name after `numpy.`. */
function numpyType(name: string, hint: ExternalHint): PythonType | undefined {
  const { fragment, elements, context } = hint;
  const scalarOf = (node: number | undefined): string | undefined => {
    const parts = node === undefined ? undefined : fragment.dotted(node);
    if (parts === undefined) return undefined;
    const meaning = context.project.resolve(context.module, parts);
    if (meaning.kind !== "external") return undefined;
    const known = BUILTIN_SCALARS[meaning.name] ?? meaning.name.replace(/^numpy\./, "");
    return numpyScalar(known) === undefined ? undefined : known;
  };
  if (name === "typing.NDArray")
    return { kind: "ndarray", scalar: scalarOf(bracketsOff(fragment, elements?.[0])), isFlat: false };
  if (name === "ndarray") {
    const [shape, type] = elements ?? [];
    const dtype = type === undefined ? undefined : insideBrackets(fragment, type);
    const isFlat =
      shape !== undefined && fragment.tree.kind(shape) === NodeKind.Subscript && sides(fragment, shape) === 1;
    return { kind: "ndarray", scalar: scalarOf(bracketsOff(fragment, dtype)), isFlat };
  }
  if (name === "typing.ArrayLike") return { kind: "unknown", why: "an ArrayLike can be anything" };
  const scalar = numpyScalar(name);
  if (scalar === undefined) return undefined;
  if (scalar.scalar === "number") return plain("float");
  if (scalar.scalar === "nogil.Int") return plain("int");
  if (scalar.scalar === "boolean") return plain("bool");
  if (scalar.scalar === "nogil.Complex") return plain("complex");
  return scalar.scalar === "string" ? plain("str") : UNKNOWN;
}

const BUILTIN_SCALARS: Readonly<Record<string, string>> = {
  "builtins.float": "float64",
  "builtins.int": "int_",
  "builtins.bool": "bool_",
  "builtins.complex": "complex128",
};

/** `X` of `X[Any]`. */
function bracketsOff(fragment: Fragment, node: number | undefined): number | undefined {
  return node !== undefined && fragment.tree.kind(node) === NodeKind.Subscript
    ? fragment.tree.firstChild(node)
    : node;
}

/** `X` of `dtype[X]`. */
function insideBrackets(fragment: Fragment, node: number): number | undefined {
  return fragment.tree.kind(node) === NodeKind.Subscript ? fragment.tree.children(node)[1] : node;
}

/** Dimensions that `tuple[int]` says; 0 for `tuple[int, ...]`. */
function sides(fragment: Fragment, node: number): number {
  const inside = fragment.tree.children(node)[1] ?? 0;
  const elements = fragment.elements(inside);
  return elements.some((element) => fragment.isConstant(element, ConstantKind.Ellipsis))
    ? 0
    : elements.length;
}
