/** What each file says about shared state. */
export { summariseFile } from "./summarise.js";
export * from "./summary.js";
