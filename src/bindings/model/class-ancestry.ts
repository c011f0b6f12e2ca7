/** What a class is, from its bases and decorators: this decides how its values travel. */
import { type ClassParts, classParts, NodeKind } from "../../analyzer/index.js";
import { canonicalName } from "../hints/external-types.js";
import type { HintContext } from "../hints/hint-context.js";
import { readHint } from "../hints/hint-reader.js";
import type { PythonType, Shape } from "./python-model.js";
import { decoratorName } from "./read-function.js";

export type ClassFlavor =
  | "typed-dict"
  | "named-tuple"
  | "dataclass"
  | "pydantic"
  | "root-model"
  | "enum"
  | "exception"
  | "builtin"
  | "path"
  | "protocol"
  | "class";

export interface Ancestry {
  readonly flavor: ClassFlavor;
  /** Bases from the project, nearest first. */
  readonly bases: readonly PythonType[];
  /** Full names of the other bases. */
  readonly externals: readonly string[];
  /** The expressions of `Base[…]` by the base's full name. */
  readonly baseNodes: ReadonlyMap<string, number>;
  readonly parts: ClassParts;
  /** Keyword arguments of `@dataclass(…)`. */
  readonly dataclassOptions: ReadonlySet<string> | undefined;
}

const FLAVORS: readonly (readonly [RegExp, ClassFlavor])[] = [
  [/^enum\./, "enum"],
  [/^typing\.TypedDict$/, "typed-dict"],
  [/^typing\.NamedTuple$/, "named-tuple"],
  [/^pydantic\.RootModel$/, "root-model"],
  [
    /^(pydantic\.(BaseModel|generics\.GenericModel)|pydantic_settings\.BaseSettings|sqlmodel\.SQLModel)$/,
    "pydantic",
  ],
  [/^builtins\.\w*(Exception|Error|Warning|ExceptionGroup)$/, "exception"],
  [/^pathlib\./, "path"],
  [
    /^(builtins\.(str|int|float|complex|bytes|list|dict|tuple|set|frozenset|bytearray)|collections\.(OrderedDict|Counter|defaultdict|deque))$/,
    "builtin",
  ],
  [/^typing\.Protocol$/, "protocol"],
];

const DATACLASS = /^(dataclasses|pydantic\.dataclasses)\.dataclass$/;

export function readAncestry(context: HintContext, node: number): Ancestry {
  const { module, project } = context;
  const { source } = module;
  const { tree } = source;
  const parts = classParts(tree, node);
  const bases: PythonType[] = [];
  const externals: string[] = [];
  const baseNodes = new Map<string, number>();
  for (const base of parts.bases) {
    const name = source.dotted(tree.kind(base) === NodeKind.Subscript ? tree.firstChild(base) : base);
    const meaning = name === undefined ? undefined : project.resolve(module, name);
    if (meaning?.kind === "external") {
      const full = canonicalName(meaning.name);
      externals.push(full);
      baseNodes.set(full, base);
    } else {
      const type = readHint(context, { fragment: source, node: base });
      if (type.kind === "declared") bases.push(type);
      else externals.push(source.text(base));
    }
  }
  const dataclass = parts.decorators.find((decorator) =>
    DATACLASS.test(decoratorName(context, decorator) ?? ""),
  );
  const dataclassOptions = dataclass === undefined ? undefined : trueOptions(context, dataclass);
  const flavor = flavorOf(externals, bases, dataclass !== undefined);
  return { flavor, bases, externals, baseNodes, parts, dataclassOptions };
}

/** In the order in which the worker looks: an Enum is its value before it is anything else. */
function flavorOf(
  externals: readonly string[],
  bases: readonly PythonType[],
  isDataclass: boolean,
): ClassFlavor {
  const inherited = bases.map((base) =>
    base.kind === "declared" ? inheritedFlavor(base.declaration.shape) : "class",
  );
  const direct = externals.map((name) => FLAVORS.find(([pattern]) => pattern.test(name))?.[1] ?? "class");
  const all = new Set([...direct, ...inherited]);
  if (all.has("enum")) return "enum";
  if (isDataclass) return "dataclass";
  const order: readonly ClassFlavor[] = [
    "typed-dict",
    "dataclass",
    "named-tuple",
    "exception",
    "root-model",
    "pydantic",
    "path",
    "builtin",
  ];
  const found = order.find((flavor) => all.has(flavor));
  // Who derives from a Protocol is a class like any other, unless it says Protocol again.
  return found ?? (direct.includes("protocol") ? "protocol" : "class");
}

function inheritedFlavor(shape: Shape): ClassFlavor {
  switch (shape.kind) {
    case "enum":
      return "enum";
    case "record":
      return shape.flavor;
    case "subclass":
      return "builtin";
    case "alias":
      return shape.target.kind === "plain" && shape.target.name === "exception" ? "exception" : "class";
    default:
      return "class";
  }
}

function trueOptions({ module: { source } }: HintContext, decorator: number): ReadonlySet<string> {
  const { tree } = source;
  const options = new Set<string>();
  if (tree.kind(decorator) !== NodeKind.Call) return options;
  for (const argument of tree.children(decorator).slice(1)) {
    if (tree.kind(argument) !== NodeKind.Keyword) continue;
    options.add(`${tree.name(argument)}=${source.text(tree.firstChild(argument))}`);
  }
  return options;
}
