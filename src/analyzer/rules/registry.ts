/** All rules, by code. A new rule is a file and a line here. */
import { rmwGlobal } from "./ng101-rmw-global.js";
import { rmwClassAttr } from "./ng102-rmw-class-attr.js";
import { rmwInstanceAttr } from "./ng103-rmw-instance-attr.js";
import { rmwItem } from "./ng104-rmw-item.js";
import { checkThenActMapping } from "./ng105-check-then-act-mapping.js";
import { lazyInit } from "./ng106-lazy-init.js";
import { dclBroken } from "./ng107-dcl-broken.js";
import { publishThenFill } from "./ng108-publish-then-fill.js";
import { attrToctou } from "./ng109-attr-toctou.js";
import { checkThenPop } from "./ng110-check-then-pop.js";
import { iterateShared } from "./ng111-iterate-shared.js";
import { nonAtomicSnapshot } from "./ng111b-non-atomic-snapshot.js";
import { swapReset } from "./ng112-swap-reset.js";
import { tornInvariant } from "./ng113-torn-invariant.js";
import { inconsistentLock } from "./ng114-inconsistent-lock.js";
import { wrongLock } from "./ng115-wrong-lock.js";
import { callStateOnShared } from "./ng116-call-state-on-shared.js";
import { cachedPropertyUnlocked } from "./ng117-cached-property-unlocked.js";
import { saveRestoreGlobal } from "./ng120-save-restore-global.js";
import { threadIdKey } from "./ng125-thread-id-key.js";
import { splitCriticalSection } from "./ng411-split-critical-section.js";
import type { Rule } from "./rule.js";

export const RULES: readonly Rule[] = [
  rmwGlobal,
  rmwClassAttr,
  rmwInstanceAttr,
  rmwItem,
  checkThenActMapping,
  lazyInit,
  dclBroken,
  publishThenFill,
  attrToctou,
  checkThenPop,
  iterateShared,
  nonAtomicSnapshot,
  swapReset,
  inconsistentLock,
  wrongLock,
  tornInvariant,
  callStateOnShared,
  cachedPropertyUnlocked,
  saveRestoreGlobal,
  threadIdKey,
  splitCriticalSection,
];

const byKey = new Map<string, Rule>();
for (const rule of RULES) {
  byKey.set(rule.code.toUpperCase(), rule);
  byKey.set(rule.name, rule);
}

/** A rule by its code (`NG105`) or name, or undefined. */
export function findRule(codeOrName: string): Rule | undefined {
  return byKey.get(codeOrName) ?? byKey.get(codeOrName.toUpperCase());
}
