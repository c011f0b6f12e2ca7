/** What a check is asked for, validated once. */
import { InvalidOption } from "../../errors.js";
import { SEVERITIES, type Severity } from "../report.js";
import { RULES, type Rule } from "../rules/index.js";
import { SUPPRESSION_RULE } from "../suppression/index.js";
import { DEFAULT_TARGET, parseTarget, type Target } from "../target.js";

/** What to look for. */
export interface RuleChoice {
  /** The Python that the code will run on. @default "3.14t" */
  readonly target?: string;
  /** Codes of the rules to look for, or what they begin with. @default all */
  readonly select?: readonly string[];
  /** Codes of rules to leave out, or what they begin with. @default none */
  readonly ignore?: readonly string[];
  /** Findings below this are left out. @default "info" */
  readonly minSeverity?: Severity;
  /** Tell also of plain instance attributes that nothing shows to be shared (tier T0). @default false */
  readonly strict?: boolean;
  /** Rules to choose from. @default all */
  readonly rules?: readonly Rule[];
}

export interface ResolvedChoice {
  readonly target: Target;
  readonly rules: readonly Rule[];
  /** Whether a code is among what is looked for, for a suppression of it. */
  readonly isChecked: (code: string) => boolean;
  /** Whether there is a rule of this code at all. */
  readonly isRule: (code: string) => boolean;
  readonly minSeverity: Severity;
  readonly strict: boolean;
  /** The same for equal choices. */
  readonly key: string;
}

/**
 * Fills in defaults.
 * @throws InvalidOption for a target, a severity or a rule that does not exist
 */
export function resolveChoice(choice: RuleChoice): ResolvedChoice {
  const { select, ignore = [], minSeverity = "info", strict = false, rules: all = RULES } = choice;
  const target = parseTarget(choice.target ?? DEFAULT_TARGET);
  if (!SEVERITIES.includes(minSeverity))
    throw new InvalidOption("minSeverity", minSeverity, SEVERITIES.join(", "));
  const codes = [...all.map(({ code }) => code), SUPPRESSION_RULE.code];
  const chosen = matching("select", select, codes) ?? new Set(codes);
  for (const code of matching("ignore", ignore, codes) ?? []) chosen.delete(code);
  const rules = all.filter(({ code, appliesTo }) => chosen.has(code) && (appliesTo?.(target) ?? true));
  const checked = new Set(rules.map(({ code }) => code));
  if (chosen.has(SUPPRESSION_RULE.code)) checked.add(SUPPRESSION_RULE.code);
  return {
    target,
    rules,
    isChecked: (code) => checked.has(code),
    isRule: (code) => codes.includes(code),
    minSeverity,
    strict,
    key: JSON.stringify([target.text, [...checked], minSeverity, strict]),
  };
}

function matching(
  option: string,
  wanted: readonly string[] | undefined,
  codes: readonly string[],
): Set<string> | undefined {
  if (wanted === undefined) return undefined;
  const found = new Set<string>();
  for (const beginning of wanted) {
    const fitting = codes.filter((code) => code.toUpperCase().startsWith(beginning.toUpperCase()));
    if (fitting.length === 0)
      throw new InvalidOption(option, beginning, `the code of a rule: ${codes.join(", ")}`);
    for (const code of fitting) found.add(code);
  }
  return found;
}
