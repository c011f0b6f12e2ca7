export type { Lane, LaneStats, Permit, RateLimits, Settlement } from "./lane.js";
export { type RateReport, readRateHeaders } from "./rate-headers.js";
export { sharedLane } from "./registry.js";
export { headerText, retryAfter } from "./retry-after.js";
