/** All rules, by code. A new rule is a file and a line here. */
import { rmwGlobal } from "./ng101-rmw-global.js";
import type { Rule } from "./rule.js";

export const RULES: readonly Rule[] = [rmwGlobal];

const byKey = new Map<string, Rule>();
for (const rule of RULES) {
  byKey.set(rule.code, rule);
  byKey.set(rule.name, rule);
}

/** A rule by its code (`NG105`) or name, or undefined. */
export function findRule(codeOrName: string): Rule | undefined {
  return byKey.get(codeOrName) ?? byKey.get(codeOrName.toUpperCase());
}
