/** Reports as text, as JSON, as SARIF and as annotations. */
export { githubAnnotation, githubError } from "./github.js";
export { type JsonFinding, type JsonReport, jsonReport } from "./json.js";
export { type SarifContext, sarifLog } from "./sarif/index.js";
export { SourceLines } from "./source-lines.js";
export { summaryOf, TextFormat, type TextStyle } from "./text.js";
