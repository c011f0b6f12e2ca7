/** What earlier runs found, by content. */
export { contentFingerprint } from "./fingerprint.js";
export { type KeptContent, type KeptSummary, ProjectCache } from "./project-cache.js";
