/** The rules and what runs them. */

export { type Discovery, RuleContext, type RuleOptions } from "./context.js";
export { type RuleDescription, severityOf } from "./description.js";
export { findRule, isRuleCode, RULES } from "./registry.js";
export type { Rule } from "./rule.js";
