/** All packaging rules, by code. */
import { extNoGilSlot } from "./ng601-ext-no-gil-slot.js";
import { limitedApi } from "./ng602-limited-api.js";
import { classifier } from "./ng603-classifier.js";
import { depNotReady } from "./ng604-dep-not-ready.js";
import { ciNoFt } from "./ng605-ci-no-ft.js";
import { gilForced } from "./ng606-gil-forced.js";
import { depRuntime } from "./ng607-dep-runtime.js";
import { multiprocessingDefault } from "./ng608-multiprocessing-default.js";
import type { PackagingRule } from "./packaging-rule.js";

export const PACKAGING_RULES: readonly PackagingRule[] = [
  extNoGilSlot,
  limitedApi,
  classifier,
  depNotReady,
  ciNoFt,
  gilForced,
  depRuntime,
  multiprocessingDefault,
];
