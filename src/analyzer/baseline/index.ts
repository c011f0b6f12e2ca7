/** What tells a finding from others over time. */
export { fingerprintsOf } from "./fingerprint.js";
