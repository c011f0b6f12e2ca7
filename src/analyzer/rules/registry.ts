/** All rules, by code. A new rule is a file and a line here. */
import { frameLocalsCrossThread } from "./ng001-frame-locals-cross-thread.js";
import { currentFramesWalk } from "./ng002-current-frames-walk.js";
import { gilDetectionWrong } from "./ng003-gil-detection-wrong.js";
import { gilAtomicityComment } from "./ng004-gil-atomicity-comment.js";
import { switchintervalMutex } from "./ng005-switchinterval-mutex.js";
import { ctypesPydllAsLock } from "./ng006-ctypes-pydll-as-lock.js";
import { ctypesSharedPointer } from "./ng007-ctypes-shared-pointer.js";
import { gcTuningAssumption } from "./ng008-gc-tuning-assumption.js";
import { bufferProtocolPy } from "./ng009-buffer-protocol-py.js";
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
import { lruCacheSideEffect } from "./ng118-lru-cache-side-effect.js";
import { sharedMutableDefault } from "./ng119-shared-mutable-default.js";
import { saveRestoreGlobal } from "./ng120-save-restore-global.js";
import { runtimeMonkeypatch } from "./ng121-runtime-monkeypatch.js";
import { weakrefRace } from "./ng122-weakref-race.js";
import { threadIdKey } from "./ng125-thread-id-key.js";
import { sharedExceptionInstance } from "./ng126-shared-exception-instance.js";
import { listSortVisible } from "./ng127-list-sort-visible.js";
import { orderingStructure } from "./ng128-ordering-structure.js";
import { orderedDictLru } from "./ng129-ordereddict-lru.js";
import { sharedIterator } from "./ng201-shared-iterator.js";
import { sharedGenerator } from "./ng202-shared-generator.js";
import { sharedTee } from "./ng203-shared-tee.js";
import { sharedCsv } from "./ng204-shared-csv.js";
import { serialiseShared } from "./ng205-serialise-shared.js";
import { warningsControl } from "./ng301-warnings-control.js";
import { cwdUmask } from "./ng302-cwd-umask.js";
import { environ } from "./ng303-environ.js";
import { locale } from "./ng304-locale.js";
import { stdStreams } from "./ng305-std-streams.js";
import { interpreterKnobs } from "./ng306-interpreter-knobs.js";
import { globalRng } from "./ng307-global-rng.js";
import { moduleConfig } from "./ng308-module-config.js";
import { decimalContext } from "./ng309-decimal-context.js";
import { mockInThreads } from "./ng310-mock-in-threads.js";
import { reloadRunpy } from "./ng311-reload-runpy.js";
import { textFileShared } from "./ng312-text-file-shared.js";
import { sqliteShared } from "./ng313-sqlite-shared.js";
import { fsToctou } from "./ng314-fs-toctou.js";
import { threadUnsafeObjects } from "./ng315-thread-unsafe-objects.js";
import { acquireNoRelease } from "./ng401-acquire-no-release.js";
import { lockPerCall } from "./ng402-lock-per-call.js";
import { lazyLock } from "./ng403-lazy-lock.js";
import { lockOrderInversion } from "./ng404-lock-order-inversion.js";
import { selfDeadlock } from "./ng405-self-deadlock.js";
import { awaitUnderThreadLock } from "./ng406-await-under-thread-lock.js";
import { blockingUnderLock } from "./ng407-blocking-under-lock.js";
import { lockInFinaliser } from "./ng408-lock-in-finaliser.js";
import { yieldUnderLock } from "./ng409-yield-under-lock.js";
import { conditionNoLoop } from "./ng410-condition-no-loop.js";
import { splitCriticalSection } from "./ng411-split-critical-section.js";
import { callbackUnderLock } from "./ng412-callback-under-lock.js";
import { lockMisuseApi } from "./ng413-lock-misuse-api.js";
import { partialGuard } from "./ng414-partial-guard.js";
import { asyncioPrimitiveAcrossThreads } from "./ng415-asyncio-primitive-across-threads.js";
import { overBroadLock } from "./ng416-over-broad-lock.js";
import { threadNotJoined } from "./ng501-thread-not-joined.js";
import { lateBindingClosure } from "./ng502-late-binding-closure.js";
import { swallowedFuture } from "./ng503-swallowed-future.js";
import { loopApiFromThread } from "./ng504-loop-api-from-thread.js";
import { blockingInAsync } from "./ng505-blocking-in-async.js";
import { tlsInAsync } from "./ng506-tls-in-async.js";
import { tlsInitOneThread } from "./ng507-tls-init-one-thread.js";
import { forkWithThreads } from "./ng508-fork-with-threads.js";
import { signalHandlerUnsafe } from "./ng509-signal-handler-unsafe.js";
import { signalOffMain } from "./ng510-signal-off-main.js";
import { exceptionGroupRace } from "./ng511-exception-group-race.js";
import { startBeforeInit } from "./ng513-start-before-init.js";
import { contextInheritance } from "./ng514-context-inheritance.js";
import { executorSelfWait } from "./ng515-executor-self-wait.js";
import { notifyBeforeState } from "./ng516-notify-before-state.js";
import { stopFlagRestart } from "./ng517-stop-flag-restart.js";
import type { Rule } from "./rule.js";

export const RULES: readonly Rule[] = [
  frameLocalsCrossThread,
  currentFramesWalk,
  gilDetectionWrong,
  gilAtomicityComment,
  switchintervalMutex,
  ctypesPydllAsLock,
  ctypesSharedPointer,
  gcTuningAssumption,
  bufferProtocolPy,
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
  tornInvariant,
  inconsistentLock,
  wrongLock,
  callStateOnShared,
  cachedPropertyUnlocked,
  lruCacheSideEffect,
  sharedMutableDefault,
  saveRestoreGlobal,
  runtimeMonkeypatch,
  weakrefRace,
  threadIdKey,
  sharedExceptionInstance,
  listSortVisible,
  orderingStructure,
  orderedDictLru,
  sharedIterator,
  sharedGenerator,
  sharedTee,
  sharedCsv,
  serialiseShared,
  warningsControl,
  cwdUmask,
  environ,
  locale,
  stdStreams,
  interpreterKnobs,
  globalRng,
  moduleConfig,
  decimalContext,
  mockInThreads,
  reloadRunpy,
  textFileShared,
  sqliteShared,
  fsToctou,
  threadUnsafeObjects,
  acquireNoRelease,
  lockPerCall,
  lazyLock,
  lockOrderInversion,
  selfDeadlock,
  awaitUnderThreadLock,
  blockingUnderLock,
  lockInFinaliser,
  yieldUnderLock,
  conditionNoLoop,
  splitCriticalSection,
  callbackUnderLock,
  lockMisuseApi,
  partialGuard,
  asyncioPrimitiveAcrossThreads,
  overBroadLock,
  threadNotJoined,
  lateBindingClosure,
  swallowedFuture,
  loopApiFromThread,
  blockingInAsync,
  tlsInAsync,
  tlsInitOneThread,
  forkWithThreads,
  signalHandlerUnsafe,
  signalOffMain,
  exceptionGroupRace,
  startBeforeInit,
  contextInheritance,
  executorSelfWait,
  notifyBeforeState,
  stopFlagRestart,
];

const byKey = new Map<string, Rule>();
for (const rule of RULES) {
  byKey.set(rule.code.toUpperCase(), rule);
  byKey.set(rule.name, rule);
}

/** Whether a text is the code of a rule, or what one begins with. */
export function isRuleCode(beginning: string): boolean {
  return RULES.some(({ code }) => code.toUpperCase().startsWith(beginning.toUpperCase()));
}

/** A rule by its code (`NG105`) or name, or undefined. */
export function findRule(codeOrName: string): Rule | undefined {
  return byKey.get(codeOrName) ?? byKey.get(codeOrName.toUpperCase());
}
