/** Classes and aliases as declarations, once as what arrives and once as what may be sent. */
import { substituteFunction } from "../hints/build-type.js";
import type {
  ClassShape,
  Declaration,
  EnumShape,
  FunctionModel,
  RecordShape,
  TypeVariable,
} from "../model/python-model.js";
import { printFunction, printMethod } from "./function-text.js";
import { isReserved, propertyName } from "./reserved-names.js";
import { tsdoc } from "./tsdoc.js";
import { type Direction, printLiteral, printUnion, type TypePrinter } from "./type-printer.js";

/** Properties that would make an object something else than it is: `await` calls `then`. */
const UNSAFE_MEMBERS = new Set(["then", "constructor"]);
const STATIC_MEMBERS_TAKEN = new Set(["push", "map", "withOptions"]);

/** What stands behind the name of the declaration: an interface's members or an alias's type. */
export interface Body {
  readonly kind: "interface" | "type";
  readonly text: string;
}

export function printBody(declaration: Declaration, direction: Direction, printer: TypePrinter): Body {
  const { shape } = declaration;
  switch (shape.kind) {
    case "alias":
    case "subclass":
      return { kind: "type", text: printer.print(shape.target, direction) };
    case "new-type": {
      // A flavour: values of the base may be sent, those of another NewType of it may not.
      const base = printer.print(shape.target, direction);
      const isPlain = /^[\w.| ]+$/.test(base) && base !== "unknown" && base !== "any" && base !== "null";
      return {
        kind: "type",
        text: isPlain ? `nogil.NewType<${base}, ${JSON.stringify(declaration.name)}>` : base,
      };
    }
    case "enum":
      return { kind: "type", text: printEnum(shape, printer) };
    case "record":
      return direction === "arrives" || shape.flavor === "typed-dict"
        ? { kind: "interface", text: printFields(shape, direction, printer) }
        : printConstructorInput(shape, printer);
    case "class":
      return { kind: "interface", text: printMembers(shape, printer) };
  }
}

/** The declaration under a name. */
export function printDeclaration(
  declaration: Declaration,
  name: string,
  body: Body,
  keyword: string,
): string {
  const parameters = declaration.typeParameters.map((variable) => variable.name);
  const generic = parameters.length === 0 ? "" : `<${parameters.join(", ")}>`;
  const doc = tsdoc(declaration.docstring, []);
  if (body.kind === "type") return `${doc}${keyword}type ${name}${generic} = ${body.text};\n`;
  const base = declaration.shape.kind === "class" ? " extends nogil.Reference" : "";
  return `${doc}${keyword}interface ${name}${generic}${base} {\n${body.text}}\n`;
}

/** What a class or Enum is beside its type: something to call, or the members. Undefined: nothing. */
export function printValue(
  declaration: Declaration,
  name: string,
  printer: TypePrinter,
  keyword: string,
): string | undefined {
  const { shape } = declaration;
  if (shape.kind === "enum") {
    const known = shape.members.filter(({ value }) => value !== undefined);
    const members = known.map(
      ({ name: member, value }) => `  readonly ${propertyName(member)}: ${printLiteral(value ?? null)};\n`,
    );
    return members.length === 0 ? undefined : `${keyword}const ${name}: {\n${members.join("")}};\n`;
  }
  if (shape.kind !== "record" && shape.kind !== "class") return undefined;
  const call =
    shape.construct && printFunction(ownVariables(declaration, shape.construct), name, printer, keyword);
  if (shape.kind === "record") return call;
  const statics = [...shape.statics, ...(shape.isAdapter ? shape.methods : [])];
  const members = statics
    .filter((model) => !isReserved(model.name) && !STATIC_MEMBERS_TAKEN.has(model.name))
    .map((model) => printFunction(ownVariables(declaration, model), model.name, printer, "", "  "));
  const space = members.length === 0 ? "" : `${keyword}namespace ${name} {\n${members.join("")}}\n`;
  return call === undefined && space === "" ? undefined : `${call ?? ""}${space}`;
}

/** A constructor or static method: no instance gives the class's variables a type, so the arguments have to. */
function ownVariables(declaration: Declaration, model: FunctionModel): FunctionModel {
  const variables = declaration.typeParameters.map((one): TypeVariable => ({ ...one, owner: "function" }));
  const values = new Map(
    variables.map((variable) => [variable.name, { kind: "variable", variable } as const]),
  );
  const replaced = substituteFunction(model, values);
  const signatures = replaced.signatures.map((signature) => ({
    ...signature,
    typeParameters: [...variables, ...signature.typeParameters.filter(({ name }) => !values.has(name))],
  }));
  return { ...replaced, signatures };
}

/** Values of members; combinations of flags are ints like any other. */
function printEnum(shape: EnumShape, printer: TypePrinter): string {
  if (shape.isFlag) return printer.print({ kind: "plain", name: "int" }, "arrives");
  const values = shape.members.map(({ value }) => (value === undefined ? "unknown" : printLiteral(value)));
  return values.length === 0 ? "unknown" : printUnion(values);
}

function printFields(shape: RecordShape, direction: Direction, printer: TypePrinter): string {
  return shape.fields
    .filter(({ name }) => direction === "sends" || !name.startsWith("_"))
    .map(({ name, type, isRequired, docstring }) => {
      const isNeeded = direction === "sends" && isRequired;
      const text = isNeeded ? printer.printRequired(type) : printer.print(type, direction);
      return `${tsdoc(docstring, [], "  ")}  ${propertyName(name)}${isRequired ? "" : "?"}: ${text};\n`;
    })
    .join("");
}

/** A value of the class is made from an object of what its constructor takes. */
function printConstructorInput(shape: RecordShape, printer: TypePrinter): Body {
  const signature = shape.construct?.signatures[0];
  if (signature === undefined) return { kind: "type", text: "nogil.Reference" };
  const named = signature.parameters.filter(
    ({ kind }) => kind === "positional-or-keyword" || kind === "keyword-only",
  );
  const members = named.map(
    ({ name, type, hasDefault }) =>
      `  ${propertyName(name)}${hasDefault ? "?" : ""}: ${hasDefault ? printer.print(type, "sends") : printer.printRequired(type)};\n`,
  );
  return { kind: "interface", text: members.join("") };
}

function printMembers(shape: ClassShape, printer: TypePrinter): string {
  const methods = shape.methods.filter(({ name }) => !UNSAFE_MEMBERS.has(name));
  const names = new Set(methods.map(({ name }) => name));
  const attributes = shape.attributes
    .filter(({ name }) => !UNSAFE_MEMBERS.has(name) && !names.has(name))
    .map(
      ({ name, type, docstring }) =>
        `${tsdoc(docstring, [], "  ")}  readonly ${propertyName(name)}: Promise<${printer.print(type, "arrives")}>;\n`,
    );
  return [...attributes, ...methods.map((model) => printMethod(model, printer))].join("");
}
