/** The packaging rules. */
export { matchRules } from "./match-rules.js";
export { depNotReady } from "./ng604-dep-not-ready.js";
export { depRuntime, gilOnlyBinaries } from "./ng607-dep-runtime.js";
export { type PackagingRule, printable, RuleContext } from "./packaging-rule.js";
export { PACKAGING_RULES } from "./registry.js";
