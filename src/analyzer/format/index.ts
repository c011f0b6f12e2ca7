/** Reports as text and as JSON. */
export { type JsonFinding, type JsonReport, jsonReport } from "./json.js";
export { SourceLines } from "./source-lines.js";
export { summaryOf, TextFormat, type TextStyle } from "./text.js";
