/** Terminal output: tables, a progress bar, amounts. */
export type { Colors } from "./colors.js";
export type { ProgressBar } from "./progress-bar.js";
export { count, dollars, duration, megabytes, plural, rate } from "./quantities.js";
export { type Column, table } from "./table.js";
export { Terminal } from "./terminal.js";
