/** The interpreter and its environment, measured. */
export { environmentFindings, withMeasurements } from "./findings.js";
export { environmentReport, type Measured, type MeasureOptions, measureEnvironment } from "./measure.js";
