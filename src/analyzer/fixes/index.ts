/** Changes that repair a finding. */
export { independentRepairs, type Repairable } from "./choose.js";
export { withRepairs } from "./repairs.js";
export { editedText, rewrite } from "./rewrite.js";
export { unifiedDiff } from "./unified-diff.js";
