/** What each file says about shared state. */
export { summariseFile } from "./summarise.js";
export * from "./summary.js";
export { isTestPath } from "./test-path.js";
