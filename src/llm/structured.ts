/** Answers that are values: asked for by schema, parsed, checked, and repaired once. */
import type { JsonSchema, Message } from "./messages.js";
import { type AnySchema, type Checked, compileSchema } from "./schema.js";

/**
 * A type of values that a model is asked for. A zod or JSON Schema becomes one by itself; this is the
 * interface for other sources of types, such as a class of a Python module.
 */
export interface OutputType<T> {
  /** Letters, digits, _ and -: some providers show it to the model. */
  readonly name: string;
  readonly jsonSchema: JsonSchema;
  /** The value made of parsed JSON, or what is wrong with it. */
  validate(value: unknown): Checked<T> | Promise<Checked<T>>;
}

const DEFAULT_NAME = "answer";
/** A field the wrapper below uses for schemas that are not objects. */
const WRAPPED = "value";

export function outputTypeOf<T>(schema: AnySchema<T> | OutputType<T>): OutputType<T> {
  if (isOutputType(schema)) return wrapped(schema);
  const compiled = compileSchema(schema);
  return wrapped({
    name: DEFAULT_NAME,
    jsonSchema: compiled.json,
    validate: (value) => compiled.check(value),
  });
}

function isOutputType<T>(schema: AnySchema<T> | OutputType<T>): schema is OutputType<T> {
  return "validate" in schema && "jsonSchema" in schema;
}

/** Providers take only objects at the top, so a list or a number travels as the field of one. */
function wrapped<T>(type: OutputType<T>): OutputType<T> {
  if (type.jsonSchema.type === "object") return type;
  const { $defs, ...inner } = type.jsonSchema;
  return {
    name: type.name,
    jsonSchema: {
      type: "object",
      properties: { [WRAPPED]: inner },
      required: [WRAPPED],
      additionalProperties: false,
      ...($defs === undefined ? {} : { $defs }),
    },
    validate: (value) => {
      const inside = (value as Record<string, unknown> | null)?.[WRAPPED];
      return inside === undefined ? { ok: false, issues: [`${WRAPPED}: missing`] } : type.validate(inside);
    },
  };
}

/** Where the provider does not take schemas, the model is told in words. */
export function withSchemaInWords(messages: readonly Message[], schema: JsonSchema): readonly Message[] {
  const content = `Answer with one JSON object and nothing else. It must follow this JSON Schema:\n${JSON.stringify(schema)}`;
  return [{ role: "system", content }, ...messages];
}

/** The value in an answer's text, or what is wrong with it, in words the model can use. */
export async function readOutput<T>(text: string, type: OutputType<T>): Promise<Checked<T>> {
  let value: unknown;
  try {
    value = JSON.parse(withoutFence(text));
  } catch (error) {
    return { ok: false, issues: [`not JSON: ${(error as Error).message}`] };
  }
  return await type.validate(value);
}

/** Models without a schema mode like to wrap JSON in a Markdown fence. */
function withoutFence(text: string): string {
  const match = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/.exec(text);
  return match?.[1] ?? text;
}

/** The second and last try. */
export function repairPrompt(issues: readonly string[]): Message {
  return {
    role: "user",
    content: `Your answer does not fit the schema: ${issues.join("; ")}. Answer again with corrected JSON only.`,
  };
}
