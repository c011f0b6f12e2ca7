/**
 * Checks an object of options and says what is wrong in words of ours.
 *
 * Own code where a schema library would do: importing one took longer than starting Python (docs/performance.md,
 * cold start).
 */
import { InvalidOption } from "../errors.js";

/** Which values an option takes, and how that is said. */
export interface Rule {
  readonly expected: string;
  accepts(value: unknown): boolean;
}

/** A rule for each option of T. */
export type Rules<T> = { readonly [K in keyof T]-?: Rule | Nested };

/** Rules for the properties of an object. */
interface Nested {
  readonly expected: string;
  readonly inside: Readonly<Record<string, Rule>>;
}

export const rule = (expected: string, accepts: (value: unknown) => boolean): Rule => ({ expected, accepts });

export const inside = (expected: string, rules: Nested["inside"]): Nested => ({ expected, inside: rules });

export const oneOf = (...values: readonly string[]): Rule =>
  rule(values.map((value) => `"${value}"`).join(" or "), (value) => values.includes(value as string));

export const text = (expected: string): Rule =>
  rule(expected, (value) => typeof value === "string" && value !== "");

export const wholeNumber = (expected: string, least: number, most: number): Rule =>
  rule(
    expected,
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  );

/** A number of milliseconds that a timer takes. */
export const milliseconds = rule(
  "milliseconds, 0 or more, below 2 ** 31",
  (value) => typeof value === "number" && value >= 0 && value < 2 ** 31,
);

export const trueOrFalse = rule("true or false", (value) => typeof value === "boolean");

/**
 * An option that is undefined counts as not given.
 *
 * @throws InvalidOption naming the option, its value and what is expected; for an unknown one, which are known.
 */
export function checkOptions<T extends object>(rules: Rules<T>, options: unknown): void {
  if (!isObject(options)) throw new InvalidOption("options", options, "an object of options");
  checkProperties(rules, options, "");
}

function checkProperties(rules: object, options: object, path: string): void {
  const known = new Map<string, Rule | Nested>(Object.entries(rules));
  for (const [name, value] of Object.entries(options)) {
    const found = known.get(name);
    if (found === undefined) {
      throw new InvalidOption(
        path + name,
        value,
        `no such option; known are ${[...known.keys()].map((key) => path + key).join(", ")}`,
      );
    }
    if (value === undefined) continue;
    if ("inside" in found) {
      if (!isObject(value)) throw new InvalidOption(path + name, value, found.expected);
      checkProperties(found.inside, value, `${path}${name}.`);
    } else if (!found.accepts(value)) throw new InvalidOption(path + name, value, found.expected);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
