/** The arguments of a TypeScript call to what the pool sends: positional ones, and keyword arguments by name. */
import { InvalidOption } from "../../errors.js";
import { KeywordArguments } from "../../wire/index.js";
import { applyPlan, type Plan } from "./argument-plan.js";
import type { FunctionSpec } from "./function-spec.js";

export interface PythonArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>> | undefined;
}

/**
 * `undefined` for a parameter that has a default means the default; parameters behind it then go by name.
 *
 * @throws InvalidOption where a parameter that can only be passed by position would have to be left out
 */
export function pythonArguments(
  spec: FunctionSpec,
  given: readonly unknown[],
  plans: readonly Plan[],
): PythonArguments {
  const { positional } = spec;
  const [own, rest, keywords] = split(spec, given);
  const args: unknown[] = [];
  const kwargs: Record<string, unknown> = {};
  let isByName = false;
  for (const [at, value] of own.entries()) {
    const parameter = positional[at];
    if (parameter === undefined) break;
    if (value === undefined && parameter.hasDefault) {
      isByName = true;
      continue;
    }
    const sent = applyPlan(parameter.plan, value, plans);
    if (!isByName) args.push(sent);
    else if (at < spec.positionalOnly || rest.length > 0) throw cannotSkip(spec, positional, own);
    else kwargs[parameter.name] = sent;
  }
  if (isByName && rest.length > 0) throw cannotSkip(spec, positional, own);
  for (const value of rest) args.push(applyPlan(spec.variadic, value, plans));
  for (const [name, value] of Object.entries(keywords)) {
    if (value === undefined) continue;
    const plan = Object.hasOwn(spec.keywords ?? {}, name) ? spec.keywords?.[name] : spec.extra;
    kwargs[name] = applyPlan(plan, value, plans);
  }
  return { args, kwargs: Object.keys(kwargs).length === 0 ? undefined : kwargs };
}

/** Positional arguments, further ones, and the object of keyword arguments. */
function split(
  spec: FunctionSpec,
  given: readonly unknown[],
): [readonly unknown[], readonly unknown[], Readonly<Record<string, unknown>>] {
  const count = spec.positional.length;
  const last = given.at(-1);
  if (last instanceof KeywordArguments) {
    const before = given.slice(0, -1);
    return [before.slice(0, count), before.slice(count), { ...last.values }];
  }
  const own = given.slice(0, count);
  const rest = given.slice(count);
  const takesKeywords = spec.keywords !== undefined || spec.extra !== undefined;
  if (!takesKeywords || spec.variadic !== undefined || rest.length === 0) return [own, rest, {}];
  const [keywords, ...tooMany] = rest;
  if (typeof keywords !== "object" || keywords === null || Array.isArray(keywords))
    throw new InvalidOption("keywords", keywords, `an object of keyword arguments of ${spec.name}`);
  return [own, tooMany, { ...keywords }];
}

function cannotSkip(
  spec: FunctionSpec,
  positional: FunctionSpec["positional"],
  own: readonly unknown[],
): InvalidOption {
  const at = own.findIndex((value, index) => value === undefined && positional[index]?.hasDefault);
  const name = positional[at]?.name ?? "";
  return new InvalidOption(name, undefined, `a value: ${spec.name} takes what follows it only by position`);
}
