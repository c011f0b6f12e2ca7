/** Schemas at the edge: zod or JSON Schema in, one checker out. */
import { z } from "zod";
import type { JsonSchema } from "./messages.js";

/** A zod schema (version 4) or a JSON Schema. */
export type AnySchema<T = unknown> = z.ZodType<T> | JsonSchema;

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly string[] };

/** A schema both as the model reads it and as values are checked against it. */
export interface CompiledSchema<T = unknown> {
  readonly json: JsonSchema;
  check(value: unknown): Checked<T>;
}

const compiled = new WeakMap<object, CompiledSchema>();

export function compileSchema<T>(schema: AnySchema<T>): CompiledSchema<T> {
  const known = compiled.get(schema);
  if (known !== undefined) return known as CompiledSchema<T>;
  const made = isZod(schema) ? fromZod(schema) : fromJson<T>(schema);
  compiled.set(schema, made);
  return made;
}

function isZod<T>(schema: AnySchema<T>): schema is z.ZodType<T> {
  return "_zod" in schema;
}

function fromZod<T>(schema: z.ZodType<T>): CompiledSchema<T> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: "input" });
  return { json: closeObjects(json) as JsonSchema, check: (value) => checked(schema.safeParse(value)) };
}

function fromJson<T>(json: JsonSchema): CompiledSchema<T> {
  const schema = z.fromJSONSchema(json as Parameters<typeof z.fromJSONSchema>[0]);
  return {
    json,
    // The value goes on as it came: a check must not change what a Python function receives.
    check: (value) => {
      const result = checked(schema.safeParse(value));
      return result.ok ? { ok: true, value: value as T } : result;
    },
  };
}

function checked<T>(result: z.ZodSafeParseResult<T>): Checked<T> {
  if (result.success) return { ok: true, value: result.data };
  return {
    ok: false,
    issues: result.error.issues.map((issue) => {
      const path = issue.path.join(".");
      return path === "" ? issue.message : `${path}: ${issue.message}`;
    }),
  };
}

/** Strict modes of the providers demand that every object says it has no other fields. */
function closeObjects(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closeObjects);
  if (typeof node !== "object" || node === null) return node;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) copy[key] = closeObjects(value);
  if (copy.type === "object" && copy.properties !== undefined && copy.additionalProperties === undefined) {
    copy.additionalProperties = false;
  }
  return copy;
}
