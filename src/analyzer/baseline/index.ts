/** What tells a finding from others over time, and the file of those that are known. */
export { type Baseline, baselineOf, parseBaseline, withoutKnown } from "./baseline.js";
export { fingerprintsOf } from "./fingerprint.js";
