/** The JavaScript that stands for a Python file. */
import type { Declaration, FunctionModel, LiteralValue } from "../model/python-model.js";
import type { Export, PythonModule } from "../model/read-module.js";
import type { FunctionSpec } from "../runtime/function-spec.js";
import { ClassSpecs } from "./class-specs.js";
import { Planner } from "./plan-of-type.js";

export interface ModuleCodeOptions {
  /** What the code imports to bind functions. */
  readonly bindings: string;
  /** A JavaScript expression for the absolute path of the Python file, or of another file of the project. */
  readonly pathOf: (file: string) => string;
  /** What else the expressions need of `bindings`. */
  readonly imports?: readonly string[];
}

/** Code that exports what the Python file does. */
export function moduleCode(module: PythonModule, options: ModuleCodeOptions): string {
  const planner = new Planner();
  const classes = new ClassSpecs(planner);
  const values: string[] = [];
  const names: string[] = [];
  for (const one of module.exports) {
    const value = one.name === "then" ? undefined : exportedValue(one, classes);
    if (value === undefined) continue;
    // Any name can be exported, also those that no variable can have.
    names.push(`e${values.length} as ${one.name}`);
    values.push(`const e${values.length} = ${value};`);
  }
  const plans = JSON.stringify(planner.plans);
  const specs = JSON.stringify(classes.specs);
  const lines = [
    `import { ${["bindModule", ...(options.imports ?? [])].join(", ")} } from ${JSON.stringify(options.bindings)};`,
    `const python = bindModule(${options.pathOf(module.file)}, ${relocated(plans, options)}, ${relocated(specs, options)});`,
    ...values.map((value) => relocated(value, options)),
    `export { ${names.join(", ")} };`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Code that throws what reading the file failed with. */
export function failureCode(
  bindings: string,
  failure: {
    readonly file: string;
    readonly reason: string;
    readonly line?: number;
    readonly column?: number;
  },
): string {
  const args = [failure.file, failure.reason, failure.line, failure.column].map((value) =>
    JSON.stringify(value),
  );
  return `import { failImport } from ${JSON.stringify(bindings)};\nfailImport(${args.map(String).join(", ")});\n`;
}

/** Paths of classes in plans, where the code does not run beside the sources it was made from. */
function relocated(code: string, { pathOf }: ModuleCodeOptions): string {
  return code.replace(CLASS_PLACE, (_, key: string, file: string, name: string) => {
    const path = JSON.parse(`"${file}"`) as string;
    return `"${key}":${pathOf(path)}+${JSON.stringify(`:${name}`)}`;
  });
}

/** `"build":"/app/models.py:User"`: the only places where plans hold paths. */
const CLASS_PLACE = /"(make|build)":"((?:[^"\\]|\\.)*\.py):([^":\\]+)"/g;

function exportedValue(one: Export, classes: ClassSpecs): string | undefined {
  if (one.kind === "function")
    return bound(one.model, one.name, one.model.isGenerator ? "stream" : "call", classes);
  return declarationValue(one.declaration, one.name, classes);
}

function declarationValue(declaration: Declaration, name: string, classes: ClassSpecs): string | undefined {
  const { shape } = declaration;
  if (shape.kind === "enum") {
    const known = shape.members.filter(({ value }) => value !== undefined);
    if (known.length === 0) return undefined;
    const members = known.map(
      ({ name: member, value }) => `${JSON.stringify(member)}: ${literal(value ?? null)}`,
    );
    return `Object.freeze({ ${members.join(", ")} })`;
  }
  if (shape.kind === "record") return shape.construct && bound(shape.construct, name, "call", classes);
  if (shape.kind !== "class") return undefined;
  const statics = [...shape.statics, ...(shape.isAdapter ? shape.methods : [])].map((model) => {
    const method = bound(model, `${name}.${model.name}`, model.isGenerator ? "stream" : "call", classes);
    return `${JSON.stringify(model.name)}: ${method}`;
  });
  const call =
    shape.construct && bound(shape.construct, name, "create", classes, classes.numberOf(declaration));
  if (statics.length === 0) return call;
  return `Object.assign(${call ?? "{}"}, { ${statics.join(", ")} })`;
}

function literal(value: LiteralValue): string {
  if (typeof value !== "bigint") return JSON.stringify(value);
  const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return isSafe ? String(value) : `${value}n`;
}

function bound(
  model: FunctionModel,
  name: string,
  kind: FunctionSpec["kind"],
  classes: ClassSpecs,
  made?: number,
): string {
  const spec = classes.specOf(model, name, kind);
  return `python.function(${JSON.stringify(made === undefined ? spec : { ...spec, stays: made })})`;
}
