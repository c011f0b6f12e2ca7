/** Comments that suppress findings. */
export { type Applied, applySuppressions, type Suppressible } from "./apply.js";
export { SUPPRESSION_RULE } from "./rule.js";
export { type Suppression, suppressionsOf } from "./suppression.js";
