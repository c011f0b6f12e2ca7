/** What each file says about shared state. */
export { OBSERVED_METHODS } from "./observed.js";
export { summariseFile } from "./summarise.js";
export * from "./summary.js";
export { isTestPath } from "./test-path.js";
