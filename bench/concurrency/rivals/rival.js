// @ts-check
// Everything that can set a limit has this shape; the controller itself has it too.
import { blockingRatio } from "./blocking-ratio.js";
import { fixed } from "./fixed.js";
import { gradient2 } from "./gradient2.js";
import { hillClimbing } from "./hill-climbing.js";

/**
 * @typedef {object} Bounds
 * @property {number} most the largest limit
 * @property {number} cores processors that may be used
 */
/** @typedef {{ limit: number, seconds: number }} Step run with this limit for so long, then tell what was seen */
/** @typedef {import("../../../dist/concurrency/index.js").Sample} Sample */
/**
 * @typedef {object} Rival
 * @property {Step} step what to do now
 * @property {(sample: Sample) => Step} next
 */

/** @type {Record<string, (bounds: Bounds) => Rival>} */
export const RIVALS = {
  "blocking ratio": blockingRatio,
  ".NET hill climbing": hillClimbing,
  Gradient2: gradient2,
  "fixed: 1": fixed(1),
  "fixed: cores": (bounds) => fixed(Math.max(1, Math.round(bounds.cores)))(),
  "fixed: 32": fixed(32),
};
