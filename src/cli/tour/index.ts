/** The parts of the tour that `nogil demo` shows. */
export { type Comparison, compare, describeWay, type WayResult } from "./comparison.js";
export { showHandles } from "./handles.js";
