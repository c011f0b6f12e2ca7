export type { Advice } from "./advice.js";
export { Controller, type ControllerOptions, type ControllerState } from "./controller.js";
export { betaIo, merge, type Sample, type Shares, throughput } from "./sample.js";
export type { Reason, ReasonKind, Step } from "./step.js";
