/** Functions as declarations. */
import type { FunctionModel, ParameterModel, Signature } from "../model/python-model.js";
import { parameterName, propertyName } from "./reserved-names.js";
import { tsdoc } from "./tsdoc.js";
import { printUnion, type TypePrinter } from "./type-printer.js";

/** One signature in its parts. */
export interface SignatureText {
  /** `<T>` or "". */
  readonly typeParameters: string;
  /** Without parentheses. */
  readonly parameters: string;
  readonly result: string;
}

/** A function with `push`, `map` and `withOptions`. */
export function printFunction(
  model: FunctionModel,
  name: string,
  printer: TypePrinter,
  keyword = "export declare ",
  indent = "",
): string {
  const texts = model.signatures.map((signature) => printSignature(signature, printer));
  const inner = `${indent}  `;
  const doc = tsdoc(model.docstring, model.notes, indent);
  const lines: string[] = [];
  for (const { typeParameters, parameters, result } of texts) {
    const returned = model.isGenerator ? `AsyncIterable<${result}>` : `Promise<${result}>`;
    lines.push(`${doc}${indent}${keyword}function ${name}${typeParameters}(${parameters}): ${returned};\n`);
  }
  const members: string[] = [];
  if (!model.isGenerator) {
    for (const { typeParameters, parameters, result } of texts)
      members.push(`${inner}function push${typeParameters}(${parameters}): nogil.TaskHandle<${result}>;\n`);
    const isPlain = texts.length === 1 && texts[0]?.typeParameters === "" && texts[0].parameters !== "";
    if (isPlain) members.push(`${inner}const map: nogil.MapOver<typeof ${name}>;\n`);
  }
  members.push(`${inner}function withOptions(options: nogil.CallOptions): typeof ${name};\n`);
  return `${lines.join("")}${indent}${keyword}namespace ${name} {\n${members.join("")}${indent}}\n`;
}

/** A method of an instance, within its interface. */
export function printMethod(model: FunctionModel, printer: TypePrinter): string {
  const doc = tsdoc(model.docstring, model.notes, "  ");
  return model.signatures
    .map((signature) => {
      const { typeParameters, parameters, result } = printSignature(signature, printer);
      const returned = model.isGenerator ? `AsyncIterable<${result}>` : `Promise<${result}>`;
      return `${doc}  ${propertyName(model.name)}${typeParameters}(${parameters}): ${returned};\n`;
    })
    .join("");
}

export function printSignature(signature: Signature, printer: TypePrinter): SignatureText {
  const { typeParameters, parameters, result } = signature;
  const inputs = parameters.map((parameter) => printer.print(parameter.type, "sends"));
  // A variable that no argument mentions cannot be inferred, so a caller would choose it freely.
  const own = typeParameters.map(({ name }) => name);
  printer.inferable = new Set(own);
  const mentioned = parameters.map((parameter) => printer.print(parameter.type, "sends")).join(" ");
  printer.inferable = new Set(own.filter((name) => new RegExp(`\\b${name}\\b`, "u").test(mentioned)));
  const names = typeParameters
    .filter(({ name }) => printer.inferable.has(name))
    .map(({ name, bound }) =>
      bound === undefined ? name : `${name} extends ${printer.print(bound, "sends")}`,
    );
  const text = {
    typeParameters: names.length === 0 ? "" : `<${names.join(", ")}>`,
    parameters: printParameters(parameters, printer),
    result: printer.print(result, "arrives"),
  };
  printer.inferable = new Set();
  return inputs.length === 0 ? { ...text, parameters: "" } : text;
}

function printParameters(parameters: readonly ParameterModel[], printer: TypePrinter): string {
  const positional = parameters.filter(
    ({ kind }) => kind === "positional-only" || kind === "positional-or-keyword",
  );
  const variadic = parameters.find(({ kind }) => kind === "var-positional");
  const keywords = printKeywords(parameters, printer);
  const taken = new Set<string>();
  const unique = (wanted: string): string => {
    let name = parameterName(wanted);
    while (taken.has(name)) name += "_";
    taken.add(name);
    return name;
  };
  const lastRequired = positional.findLastIndex(({ hasDefault }) => !hasDefault);
  const texts = positional.map((parameter, at) => {
    const mark = parameter.hasDefault && at > lastRequired && keywords?.isRequired !== true ? "?" : "";
    const type = printer.print(parameter.type, "sends");
    // Before something required, a default is asked for with `undefined`.
    const full = parameter.hasDefault && mark === "" ? printUnion([type, "undefined"]) : type;
    return `${unique(parameter.name)}${mark}: ${full}`;
  });
  if (variadic !== undefined) {
    const type = printer.print(variadic.type, "sends");
    const rest = /^[\w.]+$/.test(type) ? `${type}[]` : `(${type})[]`;
    const marked = keywords && `[...${rest}, nogil.KeywordArguments<${keywords.text}>]`;
    const all = marked === undefined ? rest : keywords?.isRequired ? marked : `${rest} | ${marked}`;
    texts.push(`...${unique(variadic.name)}: ${all}`);
  } else if (keywords !== undefined) {
    texts.push(`${unique("keywords")}${keywords.isRequired ? "" : "?"}: ${keywords.text}`);
  }
  return texts.join(", ");
}

/** Keyword-only parameters and `**kwargs` as one object; undefined where there are none. */
function printKeywords(
  parameters: readonly ParameterModel[],
  printer: TypePrinter,
): { readonly text: string; readonly isRequired: boolean } | undefined {
  const named = parameters.filter(({ kind }) => kind === "keyword-only");
  const open = parameters.find(({ kind }) => kind === "var-keyword");
  if (named.length === 0 && open === undefined) return undefined;
  const types = named.map((parameter) => printer.print(parameter.type, "sends"));
  const members = named.map(
    ({ name, hasDefault }, at) => `${propertyName(name)}${hasDefault ? "?" : ""}: ${types[at]}`,
  );
  if (open !== undefined) {
    // TypeScript wants the index signature to allow what the named ones do.
    const optional = named.some(({ hasDefault }) => hasDefault) ? ["undefined"] : [];
    members.push(`[name: string]: ${printUnion([printer.print(open.type, "sends"), ...types, ...optional])}`);
  }
  return { text: `{ ${members.join("; ")} }`, isRequired: named.some(({ hasDefault }) => !hasDefault) };
}
